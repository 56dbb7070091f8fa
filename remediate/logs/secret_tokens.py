"""Secrets that are known by their own look: the tokens of the common providers."""

from __future__ import annotations

from remediate.logs.secret_shapes import Shape

# Where a short prefix may begin: not inside a word, but after a colour code, \n, %3D or \u003d.
_START = r"(?:(?<![0-9A-Za-z])|(?<=[\[0-9;]m)|(?<=\\[nrt])|(?<=%[0-9A-Fa-f]{2})|(?<=\\u[0-9A-Fa-f]{4}))"

# kind, anchors, pattern: tokens that are known by their own look.
_TOKENS: tuple[tuple[str, str, str], ...] = (
    ("github-token", "ghp_ gho_ ghs_ ghu_ ghr_", r"gh[opsur]_[A-Za-z0-9_-]{30,}(?:\.[A-Za-z0-9_-]+){0,8}"),
    ("github-token", "github_pat_", r"github_pat_[A-Za-z0-9_]{22,}"),
    ("github-token", "v1.", _START + r"v1\.[0-9a-f]{40,}"),
    (
        "gitlab-token",
        "glpat- glptt- gldt- glrt- glrtr- glcbt- glft- glimt- glagent- glsoat- glffct- gloas- glwt-",
        r"gl(?:pat|ptt|dt|rtr?|cbt|ft|imt|agent|soat|ffct|oas|wt)-[A-Za-z0-9_=-]{16,}(?:\.[A-Za-z0-9_-]+){0,4}",
    ),
    ("gitlab-token", "GR1348941", r"GR1348941[A-Za-z0-9_-]{16,}"),
    ("slack-token", "xox", r"xox[a-z]-(?:\d-)?[A-Za-z0-9-]{10,}"),
    ("slack-token", "xapp- xwfp-", r"(?:xapp|xwfp)-[A-Za-z0-9-]{16,}"),
    ("slack-webhook", "hooks.slack", r"hooks\.slack(?:-gov)?\.com/[a-z]{1,20}/([A-Za-z0-9+/_-]{16,})"),
    ("teams-webhook", "/webhookb2/", r"/webhookb2/([A-Za-z0-9@/_-]{30,})"),
    (
        "discord-webhook",
        "/webhooks/",
        r"discord(?:app)?\.com/api(?:/v\d{1,2})?/webhooks/\d{5,25}/([A-Za-z0-9_-]{30,})",
    ),
    (
        # A bot's id in base64 (digits alone), a time and a signature: nothing else to hold on to.
        "discord-token",
        ".",
        r"(?:[MNO][DTjz][AEIMQUYcgk][w-z0-5]){5,7}[MNO]?[DTjz]?[AEIMQUYcgk]?\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,}",
    ),
    ("telegram-token", ":AA", r"\d{6,12}:AA[A-Za-z0-9_-]{32,}"),
    ("aws-access-key", "AKIA ASIA ABIA ACCA", r"A(?:KI|SI|BI|CC)A[A-Z2-7]{16,}"),
    (
        "aws-secret-key",
        "AKIA ASIA",
        r"A[KS]IA[A-Z2-7]{16}[\"']{0,1}[ \t,:;/|]{1,4}[\"']{0,1}([A-Za-z0-9/+]{40,})",
    ),
    ("aws-bedrock-key", "ABSK", r"ABSK[A-Za-z0-9+/]{100,}={0,2}"),
    ("gcp-key", "AIza", r"AIza[A-Za-z0-9_-]{35,}"),
    ("gcp-token", "ya29.", r"ya29\.[A-Za-z0-9_-]{16,}(?:\.[A-Za-z0-9_-]+){0,4}"),
    ("gcp-token", "1//0", r"(?<![0-9])1//0[A-Za-z0-9_-]{40,}"),
    ("gcp-secret", "GOCSPX-", r"GOCSPX-[A-Za-z0-9_-]{20,}"),
    ("azure-secret", "Q~", r"[A-Za-z0-9_~.-]{3}[0-9]Q~[A-Za-z0-9_~.-]{31,}"),
    (
        "azure-key",
        "JQQJ99 AZDO +ASt +AMC AzFu AzSe AzCa ACDbh ACRA",
        r"[A-Za-z0-9+/]{32,80}(?:JQQJ99|AZDO|\+A(?:St|MC)|Az(?:Fu|Se|Ca)|ACDbh|\+ACRA)[A-Za-z0-9+/]{4,}={0,2}",
    ),
    ("signed-url", "sig= SIG= Sig=", r"[?&;](?:amp;)?(?:sig|SIG|Sig)=([A-Za-z0-9%+/=_-]{16,})"),
    (
        "signed-url",
        "ignature= redential= ecurity-Token= key= code=",
        r"[?&](?:amp;)?(?:X-(?:Amz|Goog)-(?:Signature|Credential|Security-Token)|Signature|key|code)=([A-Za-z0-9%+/=_~.-]{20,})",
    ),
    ("npm-token", "npm_", r"npm_[A-Za-z0-9]{36,}"),
    ("pypi-token", "pypi-AgE", r"pypi-AgE[A-Za-z0-9_-]{40,}"),
    ("rubygems-token", "rubygems_", r"rubygems_[0-9a-f]{40,}"),
    ("nuget-key", "oy2", _START + r"oy2[a-z0-9]{43,}"),
    ("crates-token", "cio", _START + r"cio[A-Za-z0-9]{32}(?![A-Za-z0-9])"),
    ("clojars-token", "CLOJARS_", r"CLOJARS_[a-z0-9]{50,}"),
    ("docker-token", "dckr_", r"dckr_[a-z]{2,5}_[A-Za-z0-9_-]{20,}"),
    ("artifactory-token", "AKCp cmVmdGtuO", r"(?:AKCp|cmVmdGtuO)[A-Za-z0-9]{20,}"),
    ("stripe-key", "_live_ _test_", r"[rs]k_(?:live|test)_[A-Za-z0-9]{10,}"),
    ("webhook-secret", "whsec_", r"whsec_[A-Za-z0-9+/=]{20,}"),
    ("twilio-key", "SK", _START + r"SK[0-9a-f]{32}(?![0-9A-Za-z])"),
    ("sendgrid-key", "SG.", r"SG\.[A-Za-z0-9_-]{16,64}\.[A-Za-z0-9_-]{16,}"),
    ("mailgun-key", "key-", _START + r"key-[0-9a-f]{32}(?![0-9A-Za-z])"),
    ("mailchimp-key", "-us", r"(?<![0-9a-f])[0-9a-f]{32}-us[0-9]{1,2}(?![0-9A-Za-z])"),
    ("brevo-key", "xkeysib-", r"xkeysib-[0-9a-f]{40,}-?[A-Za-z0-9]{0,20}"),
    ("anthropic-key", "sk-ant-", r"sk-ant-[A-Za-z0-9_-]{16,}"),
    ("openai-key", "T3BlbkFJ", r"sk-[A-Za-z0-9_-]{16,200}"),
    (
        "openai-key",
        "sk-proj- sk-svcacct- sk-admin- sk-or-",
        r"sk-(?:proj|svcacct|admin|or)-[A-Za-z0-9_-]{20,}",
    ),
    ("sk-key", "sk-", _START + r"sk-[A-Za-z0-9]{32,}"),
    ("huggingface-token", "hf_ api_org_", _START + r"(?:hf|api_org)_[A-Za-z]{30,}"),
    ("groq-key", "gsk_", _START + r"gsk_[A-Za-z0-9]{40,}"),
    ("replicate-token", "r8_", _START + r"r8_[A-Za-z0-9]{30,}"),
    ("perplexity-key", "pplx-", r"pplx-[A-Za-z0-9]{40,}"),
    ("xai-key", "xai-", r"xai-[A-Za-z0-9]{60,}"),
    ("langsmith-key", "lsv2_", r"lsv2_[a-z]{2}_[0-9a-f]{32,}_?[0-9a-f]{0,16}"),
    ("databricks-token", "dapi", r"dapi[0-9a-f]{32,}(?:-[0-9])?"),
    ("digitalocean-token", "_v1_", r"do[opr]_v1_[0-9a-f]{60,}"),
    ("heroku-key", "HRKU-", r"HRKU-[A-Za-z0-9_-]{30,}"),
    ("vault-token", "hvs. hvb. hvr.", r"hv[bsr]\.[A-Za-z0-9_-]{20,}"),
    ("terraform-token", ".atlasv1.", r"[A-Za-z0-9]{1,20}\.atlasv1\.[A-Za-z0-9_=-]{40,}"),
    ("atlassian-token", "ATATT ATCTT ATBB ATSTT", r"AT(?:[ACS]TT3|BB)[A-Za-z0-9_=-]{24,}"),
    ("linear-key", "lin_", r"lin_(?:api|oauth)_[A-Za-z0-9]{32,}"),
    ("doppler-token", "dp.", r"dp\.(?:pt|st|ct|sa|scim|audit)\.(?:[a-z0-9_-]{2,35}\.)?[A-Za-z0-9]{40,}"),
    ("planetscale-key", "pscale_", r"pscale_(?:tkn|pw|oauth|api)_[A-Za-z0-9_=.-]{20,}"),
    ("age-key", "AGE-SECRET-KEY-", r"AGE-SECRET-KEY-(?:PQ-)?1[A-Z0-9]{40,}"),
    ("sonar-token", "sqp_ sqa_ squ_", _START + r"sq[apu]_[0-9a-f]{40,}"),
    ("sentry-token", "sntry", r"sntry[a-z]_[A-Za-z0-9_+/=-]{40,}"),
    ("newrelic-key", "NRAK- NRII- NRJS- NRRA-", r"NR(?:AK|II|JS|RA)-[A-Za-z0-9_-]{18,}"),
    ("grafana-token", "glsa_ glc_", r"gl(?:sa|c)_[A-Za-z0-9+/_]{32,}={0,2}"),
    ("postman-key", "PMAK-", r"PMAK-[0-9a-f]{24,}(?:-[0-9a-f]+)?"),
    ("shopify-token", "shpat_ shpca_ shppa_ shpss_", r"shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32,}"),
    ("square-token", "sq0", r"sq0(?:atp|csp|idp)-[A-Za-z0-9_-]{22,}"),
    ("fly-token", "fo1_ fm1 fm2_", _START + r"(?:fo1_[A-Za-z0-9_-]{40,}|fm[12][ar]?_[A-Za-z0-9+/=_,-]{60,})"),
    ("cloudflare-key", "v1.0-", r"v1\.0-[0-9a-f]{24}-[0-9a-f]{100,}"),
    ("supabase-key", "sbp_ sb_secret_", r"(?:sbp_[0-9a-f]{40,}|sb_secret_[A-Za-z0-9_-]{20,})"),
    ("netlify-token", "nfp_", _START + r"nfp_[A-Za-z0-9]{36,}"),
    ("buildkite-token", "bkua_ bkat_", r"bk[au][at]_[0-9a-f]{40,}"),
    ("circleci-token", "CCIPAT_ CCIPRJ_", r"CCIP(?:AT|RJ)_[A-Za-z0-9]{10,}_[0-9a-f]{40,}"),
    ("tailscale-key", "tskey-", r"tskey-[a-z]{2,12}-[A-Za-z0-9-]{16,}"),
    ("1password-token", "ops_eyJ", r"ops_eyJ[A-Za-z0-9_+/=-]{40,}"),
    ("notion-token", "ntn_", _START + r"ntn_[A-Za-z0-9]{40,}"),
    ("figma-token", "figd_", r"figd_[A-Za-z0-9_-]{36,}"),
    ("pulumi-token", "pul-", _START + r"pul-[0-9a-f]{40,}"),
    ("alibaba-key", "LTAI", _START + r"LTAI[A-Za-z0-9]{12,}"),
    ("contentful-token", "CFPAT-", r"CFPAT-[A-Za-z0-9_-]{40,}"),
    ("readme-key", "rdme_", r"rdme_[a-z0-9]{60,}"),
    ("prefect-key", "pnu_", _START + r"pnu_[A-Za-z0-9]{36,}"),
    ("dynatrace-token", "dt0", r"dt0[a-z][0-9]{2}\.[A-Z0-9]{24}\.[A-Z0-9]{60,}"),
    ("typeform-token", "tfp_", _START + r"tfp_[A-Za-z0-9_=.-]{40,}"),
    # The rest is optional, so that a long run is passed over once and not tried again from each "eyJ" in it.
    ("jwt", "eyJ", r"eyJ[A-Za-z0-9_-]{7,}(?P<proof>\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*){0,4})?"),
    (
        # "-----BEGIN" in base64, as in a kubeconfig; what is public may stay.
        "private-key",
        "LS0tLS1CRUdJTi",
        r"LS0tLS1CRUdJTi(?!BDRVJUSUZJQ0FUR|BQVUJMSUMgS0VZ|BQR1AgUFVCTElD)[A-Za-z0-9+/_-]{16,}={0,2}",
    ),
)

TOKENS: tuple[Shape, ...] = tuple(
    Shape(kind=kind, anchors=tuple(anchors.split()), pattern=pattern) for kind, anchors, pattern in _TOKENS
)
