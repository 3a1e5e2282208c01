// What was asked before, in this browser's own storage: kept, searched, exported, deleted. Goes on where `chat.js` ends.

const MOST_KEPT = 500;
const STORE = `columnbot:${location.pathname}`;
const DRAFT = `${STORE}:draft`;
const saved = new Map();    // of this conversation: the turn and what was kept of it
let talk = newTalk();

function newTalk() {
    return Date.now().toString(36) + Math.random().toString(36).slice(2, 8);
}

function past() {
    try {
        const kept = JSON.parse(localStorage.getItem(STORE) ?? "[]");
        return Array.isArray(kept) ? kept.filter((turn) => typeof turn?.text === "string") : [];
    } catch {    // a browser may refuse its storage; somebody may have written into it
        return [];
    }
}

function keep(turns) {
    try {
        localStorage.setItem(STORE, JSON.stringify(turns.slice(-MOST_KEPT)));
    } catch {    // refused or full: the conversation goes on without
    }
}

// When the server comes back after a restart, Gradio loads the page anew; what was typed meanwhile is not lost.
function draft(typed) {
    try {
        if (typed === undefined) return sessionStorage.getItem(DRAFT) ?? "";
        sessionStorage.setItem(DRAFT, typed);
    } catch {    // refused
    }
    return typed ?? "";
}

function write(typed) {
    const field = document.querySelector("#cb-ask textarea");
    field.value = typed;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
}

document.addEventListener("input", (event) => {
    if (event.target.matches("#cb-ask textarea")) draft(event.target.value);
});
const unfinished = draft();

function restore(tries) {    // the box to write in comes later than the reader, and is emptied while the page is set up
    const field = document.querySelector("#cb-ask textarea");
    if (tries === 0 || draft() !== unfinished) return;
    if (field?.value === "") write(unfinished);
    setTimeout(restore, 300, tries - 1);
}
if (unfinished) restore(10);

// Each answer carries what is kept of it in its copy button, and does so again each time it grows.
function remember(questions) {
    if (questions === 0 && saved.size > 0) {
        saved.clear();
        talk = newTalk();
    }
    if (questions > 0 && !document.querySelector("#cb-ask textarea")?.value) draft("");
    for (const button of document.querySelectorAll("#cb-conversation button.cb-copy-answer")) {
        const turn = JSON.parse(button.value);
        if (saved.get(turn.turn) === turn.text) continue;
        saved.set(turn.turn, turn.text);
        const id = `${talk}:${turn.turn}`;
        const before = past();
        const when = before.find((kept) => kept.id === id)?.when ?? new Date().toISOString();
        keep([...before.filter((kept) => kept.id !== id), { id, when, ...turn }]);
    }
}

function found() {
    const words = (element.querySelector(".cb-find")?.value ?? "").toLowerCase().split(/\s+/).filter(Boolean);
    return past().filter((turn) => words.every((word) => turn.text.toLowerCase().includes(word)));
}

function showPast() {
    const list = element.querySelector(".cb-turns");
    if (!list) return;
    const template = element.querySelector(".cb-past template");
    const turns = found().reverse();
    list.replaceChildren(...turns.map((turn) => {
        const item = template.content.firstElementChild.cloneNode(true);
        item.dataset.id = turn.id;
        item.querySelector(".cb-asked").textContent = turn.question;
        item.querySelector("time").dateTime = turn.when;
        item.querySelector("time").textContent = new Date(turn.when).toLocaleString(document.documentElement.lang);
        item.querySelector("pre").textContent = turn.text;
        return item;
    }));
    element.querySelector(".cb-none").hidden = turns.length > 0;
}

const formats = {
    "Markdown": (turns) => ["md", "text/markdown", turns.map((turn) => turn.markdown).join("\n")],
    "BibTeX": (turns) => ["bib", "application/x-bibtex", references(turns).map((one) => one.bibtex).join("\n")],
    "CSL-JSON": (turns) => ["json", "application/json", JSON.stringify(references(turns).map((one) => one.csl), null, 1)],
};

function references(turns) {
    const byKey = new Map(turns.flatMap((turn) => turn.references).map((one) => [one.key, one]));
    return [...byKey.values()];
}

function save(format) {
    const [ending, kind, content] = formats[format](found());
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([content], { type: kind }));
    link.download = `columnbot.${ending}`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

function askAgain(button) {
    const turn = past().find((kept) => kept.id === button.closest("li").dataset.id);
    if (matchMedia("(max-width: 860px)").matches) close();
    write(turn.question);
}

Object.assign(tools, {
    "cb-export": (button) => save(button.value),
    "cb-print": () => {
        for (const details of element.querySelectorAll(".cb-turns details")) details.open = true;
        print();
    },
    "cb-ask-again": askAgain,
    "cb-forget": (button) => {
        keep(past().filter((kept) => kept.id !== button.closest("li").dataset.id));
        showPast();
    },
    "cb-forget-all": () => {
        keep([]);
        showPast();
    },
});
element.addEventListener("input", (event) => {
    if (event.target.matches(".cb-find")) showPast();
});
