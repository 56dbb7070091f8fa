"""Secrets that are known by the name, header, option or address before them."""

from __future__ import annotations

from remediate.logs.secret_shapes import Shape

_COLOUR = r"(?:\x1b\[[0-9;]{0,12}m){0,2}"
_QUOTE = r"\\{0,3}[\"'`]"
_QUOTED = (
    r"""(?:\\{1,3}["']([^"'\\\n]{3,})|"((?:[^"\\\n]|\\[^\n]){3,})"""
    r"""|'((?:[^'\\\n]|\\[^\n]){3,}))"""
)
_BARE = r"[^\s\"'`,;&<>(){}\[\]\\\x1b]"

# What follows a secret's name without being a secret: a word of a language, a variable, a call.
_HARMLESS = (
    r"(?!\\{0,3}[\"'`]?(?:(?:true|false|null|nil|none|undefined|unknown|empty|missing|required|invalid|string|str"
    r"|optional|any|self|this|new|await|bool|boolean|bytes|number|int|object|yes|no|redacted|hidden|masked|filtered|secret|password|token)"
    r"(?![A-Za-z0-9_@#$%^&*+-])"
    r"|\$[A-Za-z_{(]|%[A-Za-z_]{1,40}%|[A-Za-z_][\w.]{0,80}[(\[]|\{\{|<))"
)

_OWNERS = "db|user|root|admin|smtp|ftp|mail|redis|mongo|ssh"
_KEY_OF = "api|access|account|private|auth|signing|encryption"
_NAME = (
    r"(?:passw(?:or)?d|pass_?phrase|secret|(?<!tik)token|credential|mysql_pwd|rediscli_auth|storepass|keypass"
    rf"|(?:{_KEY_OF})[_.-]?key|_pass|(?:{_OWNERS})pass(?==)"
    r"|(?<![a-z])_auth(?=[\"']?\s?[:=])|(?<=[\"'])auth(?=[\"']))"
)
_NOT_ABOUT = (
    r"(?![_.-]?(?:s\b|file|path|name|url|uri|type|id\b|ids\b|len|count|dir|exp|ttl|polic|field|version|size|endpoint"
    r"|scope|ize|ise|limit|manager|ref\b|refs\b|store|provider|kind|class|usage|budget|s?_?(?:used|per|left)))"
)
_NAMES = (
    *("passw", "passphrase", "pass_phrase", "_pass", "pass=", "storepass", "keypass", "mysql_pwd"),
    *("secret", "token", "credential", "_auth", '"auth"', "'auth'"),
    *("_key", "-key", ".key", *(f"{word}key" for word in _KEY_OF.split("|"))),
)

_SCHEMES = r"(?:basic|bearer|token|negotiate|ntlm|apikey|api-key|splunk|bot|key|jwt|private-token|genie-?key)"
_LONG_SCHEMES = r"(?:digest|aws4-hmac-sha256|hawk|oauth|signature|sharedkey(?:lite)?)"
_HEADER_END = (
    _COLOUR
    + r"\\{0,3}[\"'\]]{0,2}"
    + _COLOUR
    + r"(?:[ \t]{0,4}(?:=>|[:=])|(?<=[\"']),)"
    + _COLOUR
    + r"[ \t]{0,4}"
)
_OPENING = r"(?:b?\\{0,3}[\"'\[(]){0,3}"
# What ends a name, and what may stand between it and the value.
_NAME_END = rf"{_NOT_ABOUT}[a-z0-9_]{{0,24}}{_COLOUR}(?:{_QUOTE}\]?|\])?"
_VALUE_START = rf"{_COLOUR}[ \t]{{0,3}}{_COLOUR}{_HARMLESS}[bruf]{{0,2}}"

# How a sentence about an option goes on.
_PROSE = (
    r"(?!-|is\b|was\b|to\b|or\b|and\b|option|flag|argument|must\b|may\b|for\b|instead|with|requires?|from|in\b|if\b"
    r"|on\b|the\b|has\b|not\b|can\b|as\b|via\b|when\b|file\b|through|should|cannot|value|does\b|\.\.\.)"
)
_OPTIONS = ("-pass", "-token", "-secret", "-apikey", "api-key", "-access", "private", "-auth")
_HEADERS = (
    *("api-key", "apikey", "auth-token", "private-token", "job-token", "deploy-token", "vault-token"),
    *("gitlab-token", "security-token", "circle-token", "csrf-token", "session-token", "access-token"),
    *(
        "jfrog-art-api",
        "subscription-key",
        "fastly-key",
        "x-token",
        "x-auth",
        "x-figma-token",
        "x-tableau-auth",
    ),
)


NAMED: tuple[Shape, ...] = (
    Shape(
        any_case=True,
        kind="authorization",
        anchors=("authorization",),
        within=rf"authorization{_HEADER_END}[^\r\n]{{0,4000}}",
        pattern=rf"(?:(?<=[:=, \t\"'(\[]){_LONG_SCHEMES}[ \t]{{1,3}}([^\r\n\\]+)"
        rf"|authorization{_HEADER_END}{_OPENING}(?:{_SCHEMES}(?:[ \t]{{1,3}}|[ \t]{{0,3}}:[ \t]{{0,3}})"
        r"([^\s\"'\\,;)\]}]+)"
        rf"|(?!{_LONG_SCHEMES} )(?:[a-z][a-z0-9_-]{{0,30}}[ \t]{{1,2}})?"
        r"(?=[^\s\"'\\]{0,64}[0-9])([^\s\"'\\,;)\]}]{6,})))",
    ),
    Shape(
        any_case=True,
        kind="api-key",
        anchors=_HEADERS,
        pattern=r"(?:api-?key|(?:auth|private|job|deploy|vault|gitlab|security|circle|x|csrf|x-figma|session|access)"
        rf"-token|jfrog-art-api|subscription-key|fastly-key|x-(?:tableau-)?auth){_HEADER_END}{_OPENING}{_HARMLESS}"
        r"(?=[^\s\"'\\]{0,64}[0-9])([^\s\"'\\,;)\]}@]{6,})",
    ),
    Shape(
        any_case=True,
        kind="cookie",
        anchors=("cookie",),
        needs="=",
        within=rf"cookie{_HEADER_END}[^\r\n]{{0,4000}}",
        pattern=r"=([^;\s\"'\\,]+)",
    ),
    Shape(
        any_case=True,
        # A long name is a token. A port is no password; a password may hold what should have been escaped.
        kind="url-credentials",
        anchors=("://",),
        needs="@",
        pattern=r"://(?:([^\s/?#\"'<>@:*]{20,256})(?=[:@])|[^\s/?#\"'<>@:]{0,64})"
        r"(?::([^\s/?#\"'<>]{1,1024})@|:(?![0-9]{1,5}[/?#])([^\s\"'<>@]{1,96})@|(?<=[^/:]{20})@)",
    ),
    Shape(
        any_case=True,
        kind="url-credentials",
        anchors=("%3a%2f%2f",),
        needs="%40",
        pattern=r"%3a%2f%2f[^\s%/\"'<>]{0,256}%3a((?:[^\s%/\"'<>]|%(?!40|2f)[0-9a-f]{2}){1,512})%40",
    ),
    Shape(
        any_case=True,
        kind="secret",
        anchors=_NAMES,
        needs="=",
        pattern=rf"{_NAME}{_NAME_END}[ \t]{{0,3}}(?:=>|:=|=(?!=)){_VALUE_START}"
        rf"(?:{_QUOTED}|({_BARE}{{4,}}))",
    ),
    Shape(
        any_case=True,
        kind="secret",
        anchors=_NAMES,
        needs=":",
        pattern=rf"{_NAME}{_NAME_END}:{_VALUE_START}"
        rf"(?:{_QUOTED}|(?={_BARE}{{0,64}}[0-9])(?={_BARE}{{0,64}}[a-z])({_BARE}{{6,}}))",
    ),
    Shape(
        any_case=True,
        kind="secret",
        anchors=_OPTIONS,
        pattern=r"(?<![a-z0-9-])--?[a-z0-9-]{0,30}(?:passw(?:or)?d|pass|passphrase|token|secret|api-?key|access-?key"
        rf"|private-?key|auth)[ \t]{{1,3}}{_PROSE}{_HARMLESS}"
        r"(?:\"([^\"\n]{3,})|'([^'\n]{3,})|([^\s\"'`<>|;&()]{3,}))",
    ),
    Shape(
        any_case=True,
        kind="secret",
        anchors=("storepass", "keypass"),
        pattern=r"-(?:src|dest)?(?:store|key)pass[ \t]{1,3}[\"']?([^\s\"']{3,})",
    ),
    Shape(
        any_case=True,
        kind="secret",
        anchors=("pwd=", "pwd ="),
        pattern=r"(?<![^;&?,\"' \t\n])pwd ?= ?([^\s;&\"'/~.][^\s;&\"']{2,})",
    ),
    Shape(
        any_case=True,
        kind="secret",
        anchors=("login", "sshpass", "mysql", "mariadb"),
        needs=" -p",
        within=r"(?:\bsshpass|\bmysql[a-z]{0,9}|\bmariadb(?:-[a-z]{1,9})?|"
        r"\b(?:docker|podman|nerdctl|helm|skopeo|buildah|oc|az|crane|oras)[^\n]{0,30} login)"
        r"[ \t][^\n]{0,4000}",
        pattern=r"[ \t]-p[ =]?[\"']?(?![ \t-])([^\s\"'$<][^\s\"']{2,})",
    ),
    Shape(
        any_case=True,
        kind="basic-auth",
        anchors=("curl ", "wget ", "http ", "https "),
        needs=":",
        within=r"\b(?:curl|wget|https?)[ \t][^\n]{0,4000}",
        pattern=r"[ \t](?:-u|--user|--proxy-user|-a|--auth)[ =]?[\"']?[^\s:\"'$]{0,128}:([^\s\"'$]+)",
    ),
    Shape(
        any_case=True,
        kind="netrc",
        anchors=("login",),
        needs="password",
        pattern=r"\blogin[ \t]{1,4}[^\s]{1,128}[ \t]{1,4}password[ \t]{1,4}([^\s]+)",
    ),
)
