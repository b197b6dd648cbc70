"""RELAX NG's compact syntax -> its XML syntax, as much of it as the schema of RFC 4287 uses, for lxml to read."""

import re

from lxml import etree

RNG = "http://relaxng.org/ns/structure/1.0"
TYPES = "http://www.w3.org/2001/XMLSchema-datatypes"
TOKEN = re.compile(r'\s+|#[^\n]*|("[^"]*")|([A-Za-z_][\w.-]*(?::(?:[A-Za-z_][\w.-]*|\*))?)|(.)')
GROUPS = {",": "group", "|": "choice", "&": "interleave"}
COUNTS = {"?": "optional", "*": "zeroOrMore", "+": "oneOrMore"}


def schema_of(text: str) -> etree.RelaxNG:
    return etree.RelaxNG(_Reader(text).grammar())


def _node(tag: str, *children: etree._Element, **attributes: str) -> etree._Element:
    node = etree.Element(f"{{{RNG}}}{tag}", attributes, nsmap={None: RNG})
    node.extend(children)
    return node


class _Reader:
    """A descent over the tokens, one method for each production."""

    def __init__(self, text: str) -> None:
        self.tokens = [found[0].strip() for found in TOKEN.finditer(text) if any(found.groups())]
        self.at = 0
        self.namespaces = {"xml": "http://www.w3.org/XML/1998/namespace", "local": ""}

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self, expected: str | None = None) -> str:
        token = self.peek()
        assert expected in (None, token), f"{expected} expected, {self.tokens[self.at - 5 : self.at + 5]}"
        self.at += 1
        return token

    def string(self) -> str:
        text = self.take()[1:-1]
        while self.peek() == "~":
            self.take()
            text += self.take()[1:-1]
        return text

    def grammar(self):
        root = _node("grammar", datatypeLibrary=TYPES)
        while self.peek():
            name = self.take()
            if name == "namespace":
                prefix = self.take()
                self.take("=")
                self.namespaces[prefix] = self.string()
                continue
            self.take("=")
            pattern = self.pattern()
            root.append(_node("start", pattern) if name == "start" else _node("define", pattern, name=name))
        return root

    def annotations(self) -> None:
        while self.peek() == "[":
            depth = 0
            while True:
                depth += {"[": 1, "]": -1}.get(self.take(), 0)
                if depth == 0:
                    break

    def pattern(self):
        parts = [self.particle()]
        operator = self.peek() if self.peek() in GROUPS else None
        while operator and self.peek() == operator:
            self.take()
            parts.append(self.particle())
        return _node(GROUPS[operator], *parts) if operator else parts[0]

    def particle(self):
        self.annotations()
        made = self.primary()
        if self.peek() in COUNTS:
            made = _node(COUNTS[self.take()], made)
        return made

    def primary(self):
        token = self.take()
        if token == "(":
            made = self.pattern()
            self.take(")")
            return made
        if token in {"element", "attribute"}:
            name = self.name_class()
            self.take("{")
            made = _node(token, name, self.pattern())
            self.take("}")
            return made
        if token in {"text", "empty"}:
            return _node(token)
        if token.startswith('"'):
            made = _node("value", type="string")
            made.text = token[1:-1]
            return made
        return self.data(token) if token.startswith("xsd:") else _node("ref", name=token)

    def data(self, token: str):
        made = _node("data", type=token[4:])
        if self.peek() == "{":
            self.take()
            while self.peek() != "}":
                param = _node("param", name=self.take())
                self.take("=")
                param.text = self.string()
                made.append(param)
            self.take("}")
        return made

    def name_class(self):
        parts = [self.simple_name_class()]
        while self.peek() == "|":
            self.take()
            parts.append(self.simple_name_class())
        return _node("choice", *parts) if len(parts) > 1 else parts[0]

    def simple_name_class(self):
        token = self.take()
        if token == "(":
            made = self.name_class()
            self.take(")")
            return made
        prefix, _, local = token.rpartition(":")
        if token == "*":
            made = _node("anyName")
        elif local == "*":
            made = _node("nsName", ns=self.namespaces[prefix])
        else:
            made = _node("name", ns=self.namespaces[prefix] if prefix else "")
            made.text = local
        if self.peek() == "-":
            self.take()
            made.append(_node("except", self.simple_name_class()))
        return made
