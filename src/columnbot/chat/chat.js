// Runs once, when Gradio has put the reader (a gr.HTML) on the page: `element` is its own node,
// `trigger` calls the server, `props.value` is its HTML, `watch` tells when that changed.

const conversation = () => document.querySelector("#cb-conversation");
let opener = null;    // the button that opened the column, to give the focus back to

const shown = () => element.querySelector(".cb-column");

function bringIntoView() {
    const page = element.querySelector(".cb-page");
    if (!page) return;
    const mark = page.querySelector("mark.cb-chosen");
    const room = page.clientHeight;
    const top = mark ? mark.getBoundingClientRect().top - page.getBoundingClientRect().top + page.scrollTop : 0;
    page.scrollTop = Math.max(0, top - Math.min(room / 3, 220));
}

function close() {
    props.value = "";
    if (opener && opener.isConnected) opener.focus();
    opener = null;
}

async function copy(button) {
    try {
        await navigator.clipboard.writeText(button.value);
    } catch {    // a browser gives its clipboard to pages on this machine or over https only
        const field = document.createElement("textarea");
        field.value = button.value;
        document.body.append(field);
        field.select();
        document.execCommand("copy");
        field.remove();
        button.focus();
    }
    button.classList.add("cb-done");
    setTimeout(() => button.classList.remove("cb-done"), 2000);
}

document.addEventListener("click", (event) => {
    const copying = event.target.closest("#cb-conversation button.cb-copy-answer");
    if (copying) {
        copy(copying);
        return;
    }
    const button = event.target.closest("#cb-conversation button.cb-open");
    if (button) {
        opener = button;
        const column = shown();
        if (column && column.dataset.reference === button.value) bringIntoView();
        else trigger("reference", { reference: button.value });
    } else if (event.target.closest("#cb-reader .cb-close")) {
        close();
    }
});

document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && shown()) close();
});

watch("value", () => {
    if (!shown()) return;
    bringIntoView();
    element.querySelector(".cb-close").focus({ preventScroll: true });
});

// While an answer comes, its question stays at the top of the conversation, until the reader scrolls.
let asked = 0;
let following = false;
const stop = () => { following = false; };

function follow() {
    // Gradio names a message by its raw HTML, which a screen reader would spell out.
    for (const message of conversation()?.querySelectorAll("[data-testid][aria-label]") ?? []) {
        message.removeAttribute("aria-label");
    }
    // Gradio calls the examples a list, and none of them an item of it.
    conversation()?.querySelector(".examples[role=list]")?.removeAttribute("role");
    const questions = conversation()?.querySelectorAll(".cb-question") ?? [];
    if (questions.length > asked) following = true;
    asked = questions.length;
    const last = questions[asked - 1];
    const scroller = last?.closest(".bubble-wrap");
    if (!following || !scroller) return;
    const top = last.getBoundingClientRect().top - scroller.getBoundingClientRect().top + scroller.scrollTop;
    scroller.scrollTop = top - 24;
}

for (const gesture of ["wheel", "touchmove", "pointerdown", "keydown"]) {
    document.addEventListener(gesture, stop, { passive: true });
}
new MutationObserver(follow).observe(document.body, { childList: true, subtree: true, characterData: true });
