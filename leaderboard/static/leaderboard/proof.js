// Solve the challenge of this page beside it, then send the form; say so if that fails.

const form = document.querySelector("[data-proof]");
const status = document.querySelector("#proof-status");

const failed = () => {
  status.textContent = status.dataset.failed;
};

try {
  const worker = new Worker(form.dataset.worker);
  worker.onerror = failed;
  worker.onmessage = ({ data }) => {
    form.elements.proof.value = data;
    form.querySelector("button").disabled = false;
    form.submit();
  };
  worker.postMessage([form.dataset.challenge, Number(form.dataset.bits)]);
} catch {
  failed();
}
