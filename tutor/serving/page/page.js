"use strict";
// Everything that the tutor says is put in as text, never as HTML.
const formulario = document.getElementById("formulario");
const pregunta = document.getElementById("pregunta");
const preguntar = document.getElementById("preguntar");
const parar = document.getElementById("parar");
const estado = document.getElementById("estado");
const respuestas = document.getElementById("respuestas");
const plantilla = document.getElementById("plantilla");
const FINAL = /^Respuesta:\s*/;

function articulo(texto) {
  const nuevo = plantilla.content.cloneNode(true).firstElementChild;
  nuevo.querySelector("h2").textContent = texto;
  respuestas.prepend(nuevo);
  return nuevo;
}

// The lines before the one with the answer are the steps.
function mostrar(lugar, texto, respuesta) {
  const lineas = texto.split("\n").map((linea) => linea.trim()).filter(Boolean);
  const hasta = lineas.findIndex((linea) => FINAL.test(linea));
  const pasos = hasta < 0 ? lineas : lineas.slice(0, hasta);
  lugar.querySelector(".pasos").replaceChildren(...pasos.map((paso) => {
    const punto = document.createElement("li");
    punto.textContent = paso;
    return punto;
  }));
  const final = hasta < 0 ? respuesta : lineas[hasta].replace(FINAL, "") || respuesta;
  lugar.querySelector(".final").hidden = !final;
  lugar.querySelector(".final strong").textContent = final;
}

function anotar(lugar, fin) {
  const notas = [];
  if (!fin.entera) notas.push("La respuesta era demasiado larga y se ha cortado.");
  if (!fin.respuesta) notas.push("El tutor no ha dado ninguna respuesta final.");
  lugar.querySelector(".nota").textContent = [...notas, `Ha respondido ${fin.tutor}.`].join(" ");
}

// Source: HTML standard, "Parsing an event stream"; this server ends its lines with \n.
async function* sucesos(flujo) {
  const lector = flujo.pipeThrough(new TextDecoderStream()).getReader();
  let resto = "";
  for (;;) {
    const { value, done } = await lector.read();
    if (done) return;
    const bloques = (resto + value).split("\n\n");
    resto = bloques.pop();
    for (const bloque of bloques) {
      const [nombre, datos] = bloque.split("\n");
      yield { nombre: nombre.replace("event: ", ""), datos: JSON.parse(datos.replace("data: ", "")) };
    }
  }
}

async function responder(texto, lugar, senal) {
  const contestado = await fetch("preguntas", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ pregunta: texto }),
    signal: senal,
  });
  if (!contestado.ok) throw new Error((await contestado.json()).error.message);
  let dicho = "";
  let terminada = false;
  for await (const { nombre, datos } of sucesos(contestado.body)) {
    if (nombre === "cola") {
      estado.textContent = datos.delante === 0 ? "El tutor está pensando…"
        : datos.delante === 1 ? "Hay una pregunta antes que la tuya." : `Hay ${datos.delante} preguntas antes que la tuya.`;
    } else if (nombre === "trozo") {
      dicho += datos.texto;
      mostrar(lugar, dicho, "");
    } else if (nombre === "fin") {
      mostrar(lugar, datos.texto, datos.respuesta);
      anotar(lugar, datos);
      terminada = true;
    } else if (nombre === "error") {
      throw new Error(datos.mensaje);
    }
  }
  if (!terminada) throw new Error("El tutor se ha apagado a media respuesta.");
}

formulario.addEventListener("submit", async (suceso) => {
  suceso.preventDefault();
  const texto = pregunta.value.trim();
  if (!texto || preguntar.disabled) return;
  const corte = new AbortController();
  const lugar = articulo(texto);
  preguntar.disabled = true;
  parar.hidden = false;
  parar.onclick = () => corte.abort();
  estado.textContent = "El tutor está pensando…";
  try {
    await responder(texto, lugar, corte.signal);
    pregunta.value = "";
  } catch (fallo) {
    lugar.querySelector(".nota").textContent = corte.signal.aborted ? "La has parado tú."
      : fallo instanceof TypeError ? "No se puede hablar con el tutor: ¿está encendido?" : fallo.message;
  } finally {
    preguntar.disabled = false;
    parar.hidden = true;
    estado.textContent = "";
    pregunta.focus();
  }
});

pregunta.addEventListener("keydown", (tecla) => {
  if (tecla.key === "Enter" && !tecla.shiftKey && !tecla.isComposing) {
    tecla.preventDefault();
    formulario.requestSubmit();
  }
});
