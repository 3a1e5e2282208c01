// Runs once, when Gradio has put the reader (a gr.HTML) on the page: `element` is its own node,
// `trigger` calls the server, `props.value` is its HTML, `watch` tells when that changed.

const conversation = () => document.querySelector("#cb-conversation");
let opener = null;    // the button that opened the column, to give the focus back to

const shown = () => element.querySelector(".cb-column");

function bringIntoView(mark = element.querySelector("mark.cb-chosen")) {
    const page = element.querySelector(".cb-page");
    if (!page) return;
    const room = page.clientHeight;
    const top = mark ? mark.getBoundingClientRect().top - page.getBoundingClientRect().top + page.scrollTop : 0;
    page.scrollTop = Math.max(0, top - Math.min(room / 3, 220));
}

// The marks of one citation stand one after another; a step goes to where another begins.
function step(by) {
    const marks = [...element.querySelectorAll("mark[data-numbers]")];
    const chosen = element.querySelector("mark.cb-chosen[data-numbers]") ?? element.querySelector("mark.cb-chosen");
    const here = marks.indexOf(chosen);
    const next = marks[(here + by + marks.length) % marks.length];
    for (const mark of element.querySelectorAll("mark.cb-chosen")) mark.classList.remove("cb-chosen");
    for (let mark = next; mark; mark = goesOnWith(mark)) mark.classList.add("cb-chosen");
    bringIntoView(next);
}

function goesOnWith(mark) {
    const marks = [...element.querySelectorAll("mark")];
    const next = marks[marks.indexOf(mark) + 1];
    return next && !next.dataset.numbers ? next : null;
}

function sameButton(button) {
    const buttons = document.querySelectorAll("#cb-conversation button.cb-open");
    return [...buttons].find((other) => other.value === button?.value && other.className === button.className);
}

function close() {
    props.value = "";
    const again = opener?.isConnected ? opener : sameButton(opener);    // Gradio may have drawn the bubble anew
    again?.focus();
    opener = null;
}

// Gradio draws a bubble anew when something is added to it: whoever stood on one of its buttons stays there.
let focused = null;
function stay() {
    if (!focused || focused.isConnected) return;
    if (document.activeElement === document.body) sameButton(focused)?.focus({ preventScroll: true });
    else focused = null;
}
document.addEventListener("focusin", ({ target }) => { focused = target.closest("#cb-conversation button.cb-open"); });

async function copy(button) {
    const { text } = JSON.parse(button.value);
    try {
        await navigator.clipboard.writeText(text);
    } catch {    // a browser gives its clipboard to pages on this machine or over https only
        const field = document.createElement("textarea");
        field.value = text;
        document.body.append(field);
        field.select();
        document.execCommand("copy");
        field.remove();
        button.focus();
    }
    button.classList.add("cb-done");
    setTimeout(() => button.classList.remove("cb-done"), 2000);
}

// What a button of the conversation asks of the server, by the kind of thing that its value names: "2:citation:1".
const asks = { citation: "reference", column: "reference", year: "again", next: "again", verdict: "verdict" };

function open(button) {
    const event = asks[button.value.split(":")[1]];
    const column = shown();
    if (event === "reference") opener = button;
    if (event === "reference" && column?.dataset.reference === button.value) bringIntoView();
    else trigger(event, { reference: button.value });
}

const tools = {
    "cb-close": close,
    "cb-next": () => step(1),
    "cb-previous": () => step(-1),
    "cb-ask-here": () => {
        trigger("within", { reference: shown().dataset.reference });
        if (matchMedia("(max-width: 860px)").matches) close();
        document.querySelector("#cb-ask textarea").focus();
    },
};

document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button?.closest("#cb-conversation")) {
        if (button.matches(".cb-copy-answer")) copy(button);
        else if (button.matches(".cb-open")) open(button);
    } else if (button?.closest("#cb-reader")) {
        for (const [kind, use] of Object.entries(tools)) if (button.classList.contains(kind)) use(button);
    } else if (button?.matches("#cb-about, #cb-history")) {
        opener = button;
    }
});

document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && shown()) close();
});

watch("value", () => {
    if (!shown()) return;
    bringIntoView();
    showPast();
    element.querySelector(".cb-close").focus({ preventScroll: true });
});

// A link may bring its question: "/?q=…".
const linked = new URLSearchParams(location.search).get("q");
if (linked) trigger("linked", { question: linked });

// While an answer comes, its question stays at the top of the conversation, until the reader scrolls.
let asked = 0;
let following = false;
const stop = () => { following = false; };

function follow() {
    stay();
    // Gradio names a message by its raw HTML, which a screen reader would spell out.
    for (const message of conversation()?.querySelectorAll("[data-testid][aria-label]") ?? []) {
        message.removeAttribute("aria-label");
    }
    // Gradio calls the examples a list, and none of them an item of it.
    conversation()?.querySelector(".examples[role=list]")?.removeAttribute("role");
    const questions = conversation()?.querySelectorAll(".cb-question") ?? [];
    remember(questions.length);
    if (questions.length > asked) following = true;
    asked = questions.length;
    const last = questions[asked - 1];
    const scroller = last?.closest(".panel-wrap, .bubble-wrap");
    if (!following || !scroller) return;
    const top = last.getBoundingClientRect().top - scroller.getBoundingClientRect().top + scroller.scrollTop;
    scroller.scrollTop = top - 24;
}

for (const gesture of ["wheel", "touchmove", "pointerdown", "keydown"]) {
    document.addEventListener(gesture, stop, { passive: true });
}
new MutationObserver(follow).observe(document.body, { childList: true, subtree: true, characterData: true });
