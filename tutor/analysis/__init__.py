"""What a training run did, told to beginner and expert: figures -> conclusions -> text and pictures -> pages."""
