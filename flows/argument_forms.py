"""What the arguments of `tutor` may be, in the words of its help and of its errors."""

MODEL_FORMS = "'base', models:/NAME@ALIAS, models:/NAME/VERSION or an adapter folder"
RUN_FORMS = (
    "id of an MLflow run, models:/NAME/VERSION, models:/NAME@ALIAS, trainer_state.json or text log of a training; "
    "models:/NAME alone for the history of a model"
)
PLOT_FORMS = (".png", ".svg", ".pdf")
