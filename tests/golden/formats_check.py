#!/usr/bin/env python3
"""formats_check.py FORMAT FILE [SCHEMA...]: is the file what readers of its format expect? Says what is not, a line each."""
import base64
import csv
import hashlib
import html.parser
import json
import re
import sys

faults = []


def fault(text):
    faults.append(text)


def read(path):
    with open(path, encoding="ascii", newline="") as f:
        return f.read()


def by_schema(data, path):
    import jsonschema

    with open(path, encoding="utf-8") as f:
        schema = json.load(f)
    kind = jsonschema.validators.validator_for(schema)
    kind.check_schema(schema)
    for error in kind(schema, format_checker=jsonschema.FormatChecker()).iter_errors(data):
        fault(f"{path}: {'/'.join(map(str, error.path))}: {error.message[:300]}")


def unique(names, what):
    if len(set(names)) != len(names):
        fault(f"two {what} are the same")


def check_sarif(path, schemas):
    data = json.loads(read(path))
    for schema in schemas:
        by_schema(data, schema)
    run = data["runs"][0]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    unique(rules, "rules")
    for result in run["results"]:
        if rules[result["ruleIndex"]] != result["ruleId"]:
            fault(f"ruleIndex {result['ruleIndex']} is not {result['ruleId']}")
    unique([r["partialFingerprints"]["authcheck/1"] for r in run["results"]], "fingerprints")


def check_gitlab(path, schemas):
    data = json.loads(read(path))
    for schema in schemas:
        by_schema(data, schema)
    unique([issue["fingerprint"] for issue in data], "fingerprints")


def check_junit(path, _):
    import xml.etree.ElementTree as tree

    text = read(path)
    for suite in tree.fromstring(text):
        cases = suite.findall("testcase")
        for attribute, element in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            n = sum(case.find(element) is not None for case in cases)
            if int(suite.get(attribute)) != n:
                fault(f"{suite.get('name')}: {attribute} are {suite.get(attribute)}, and there are {n}")
        if int(suite.get("tests")) != len(cases):
            fault(f"{suite.get('name')}: not as many cases as it says")
    if re.search(r"[^\n -~]|&#(?!39;)", text):
        fault("an octet that is not printable")


def check_csv(path, _):
    text = read(path)
    if re.search(r"[^\n -~]", text):
        fault("an octet that is not printable")
    rows = list(csv.reader(text.splitlines(), strict=True))
    for n, row in enumerate(rows, 1):
        if len(row) != len(rows[0]):
            fault(f"line {n}: {len(row)} fields, not {len(rows[0])}")
        for field in row:
            if field[:1] in ("=", "+", "-", "@"):
                fault(f"line {n}: a formula: {field}")
    unique([row[-1] for row in rows if row[-1]], "fingerprints")


def check_github(path, _):
    command = re.compile(
        r"::(error|warning|notice) (file=[^,:]+,line=[1-9][0-9]*,)?title=[^,:]+::[ -~]+\Z")
    for n, line in enumerate(read(path).splitlines(), 1):
        if not command.match(line):
            fault(f"line {n}: no workflow command: {line[:200]}")
        if re.search(r"%(?!25|0A|3A|2C)", line):
            fault(f"line {n}: a percent sign that is no escape")


NUMBER = r"-?[0-9]+(\.[0-9]+)?"


def check_nagios(path, _):
    lines = read(path).split("\n")
    status = re.match(r"AUTHCHECK (OK|WARNING|CRITICAL|UNKNOWN) - [^|]+ \| (.+)\Z", lines[0])
    if not status:
        return fault(f"no status line with performance data: {lines[0]}")
    one = re.compile(rf"('[^'=|]+'|[^'=| ]+)={NUMBER}(s|%|B|c)?(;({NUMBER})?){{0,4}}\Z")
    for perf in status.group(2).split(" "):
        if not one.match(perf):
            fault(f"no performance data: {perf}")
    for line in lines[1:]:
        if re.search(r"[|<>&`]|[^ -~]", line):
            fault(f"a line with what a monitor would take for its own: {line[:200]}")


def check_prometheus(path, _):
    """The text format 0.0.4, as strictly as promtool: each metric once, with help and type before its samples."""
    text = read(path)
    if not text.endswith("\n"):
        fault("the last line does not end")
    name, seen, kind, samples = r"[a-zA-Z_:][a-zA-Z0-9_:]*", set(), None, set()
    label = rf'{name}="(?:[^"\\\n]|\\[\\"n])*"'
    sample = re.compile(rf"({name})(\{{{label}(?:,{label})*\}})? {NUMBER}\Z")
    for n, line in enumerate(text.splitlines(), 1):
        if m := re.match(rf"# HELP ({name}) [ -~]+\Z", line):
            if m.group(1) in seen:
                fault(f"line {n}: {m.group(1)} again")
            seen.add(m.group(1))
            current, kind = m.group(1), None
        elif m := re.match(rf"# TYPE ({name}) gauge\Z", line):
            if m.group(1) != current:
                fault(f"line {n}: a type that is not for the help before it")
            kind = m.group(1)
        elif m := sample.match(line):
            if m.group(1) != kind:
                fault(f"line {n}: a sample of {m.group(1)} among those of {kind}")
            if m.group(1) + (m.group(2) or "") in samples:
                fault(f"line {n}: the same sample again")
            samples.add(m.group(1) + (m.group(2) or ""))
        else:
            fault(f"line {n}: {line[:200]}")
    if not samples:
        fault("no sample")


class Page(html.parser.HTMLParser):
    """Elements that nest, attributes without surprises, and nothing from elsewhere."""
    VOID = {"meta", "input", "br", "link", "img"}
    KNOWN = set("""html head meta title style body header h1 h2 h3 p main section label input select option output div table thead
        tbody tr th td a span article ul li code pre mark b i details summary script""".split())

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.ids, self.links, self.text, self.policy = [], [], [], {}, ""

    def handle_starttag(self, tag, attrs):
        if tag not in self.KNOWN:
            fault(f"<{tag}> has no business here")
        for key, value in attrs:
            if key in ("src", "style") or key.startswith("on") or (key == "href" and not value.startswith("#")):
                fault(f"<{tag} {key}={value}>")
            if key == "id":
                self.ids.append(value)
            if key == "href":
                self.links.append(value[1:])
        if dict(attrs).get("http-equiv") == "Content-Security-Policy":
            self.policy = dict(attrs)["content"]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            fault(f"line {self.getpos()[0]}: </{tag}> closes nothing")

    def handle_data(self, data):
        if self.open and self.open[-1] in ("style", "script"):
            self.text[self.open[-1]] = self.text.get(self.open[-1], "") + data


def check_html(path, _):
    text = read(path)
    page = Page()
    page.feed(text)
    page.close()
    if page.open:
        fault(f"not closed: {page.open}")
    unique(page.ids, "ids")
    for link in page.links:
        if link not in page.ids:
            fault(f"a link to #{link}, which is not there")
    if re.search(r"[^\n\t -~]", text):
        fault("an octet that is not printable")
    want = ["default-src 'none'", "base-uri 'none'", "form-action 'none'"]
    for tag in ("style", "script"):
        digest = base64.b64encode(hashlib.sha256(page.text[tag].encode()).digest()).decode()
        want.append(f"{tag}-src 'sha256-{digest}'")
    if page.policy != "; ".join(want):
        fault(f"the policy must be: {'; '.join(want)}")


def check_markdown(path, _):
    """Outside of code there is no HTML, no link, nobody mentioned; every fence is closed."""
    fence = None
    for n, line in enumerate(read(path).splitlines(), 1):
        mark = re.match(r" *(`{3,})([a-z]*)\Z", line)
        if mark and (fence is None or (mark.group(1) == fence and not mark.group(2))):
            fence = mark.group(1) if fence is None else None
            continue
        if fence is not None:
            continue
        plain = re.sub(r"(?<![`\\])(`+)(?!`).*?(?<!`)\1(?!`)", "", line)
        if re.search(r"<|@(?!&#8203;)|://|www\.(?!&#8203;)|(?<!\\)[\[\]]|[^ -~]", plain):
            fault(f"line {n}: {plain[:200]}")
    if fence is not None:
        fault("a fence is not closed")


def main():
    kind, path, schemas = sys.argv[1], sys.argv[2], sys.argv[3:]
    globals()[f"check_{kind}"](path, schemas)
    for text in faults[:20]:
        print(f"{path}: {text}")
    return 1 if faults else 0


sys.exit(main())
