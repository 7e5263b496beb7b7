"""The checks of reading files: faults of a text, and of the walk over the tree."""

from collections.abc import Mapping
from types import MappingProxyType

from satops.core.check import Check, When
from satops.core.problem import Severity

_CHECKS = (
    Check(
        "L01",
        "The YAML cannot be read",
        when=When.READ,
        meaning="The text breaks the grammar of YAML. satops makes no order of a file that it "
        "cannot parse.",
        source="YAML 1.2",
        remedy="Mend the text at the place that is named; often it is an indent, a tab or a quote.",
        example="name: [unclosed",
    ),
    Check(
        "L02",
        "The JSON cannot be read",
        when=When.READ,
        meaning="The text breaks the grammar of JSON.",
        source="RFC 8259",
        remedy="Mend the text at the place that is named; often it is a comma or a quote.",
        example='{"name": "a",}',
    ),
    Check(
        "L03",
        "A key is written twice",
        when=When.READ,
        meaning="Most readers silently keep the last of two equal keys, so a reviewer and a "
        "program see different orders.",
        source="YAML 1.2, 3.2.1.3; RFC 8259, 4",
        remedy="Keep one of the two.",
        example="order: {maxCloud: 20, maxCloud: 80}",
    ),
    Check(
        "L04",
        "A key is not text",
        when=When.READ,
        meaning="A number, a date or an empty key stands where a name is expected.",
        source="YAML 1.2, and satops' own rule that a reviewer must not misread a spec",
        remedy="Put the key in quotes.",
        example="labels: {2026: spring}",
    ),
    Check(
        "L05",
        "A number cannot be used",
        when=When.READ,
        meaning="Infinities, not-a-number and numbers too large for other programs have no "
        "meaning in an order.",
        source="RFC 8259, 6",
        remedy="Write a finite number.",
        example="maxCloud: .inf",
    ),
    Check(
        "L06",
        "A YAML feature is not allowed here",
        when=When.READ,
        meaning="Tags and merge keys can hide from a reviewer what is bought.",
        source="YAML 1.2, and satops' own rule that a reviewer must not misread a spec",
        remedy="Write the values out.",
        example="order: {<<: *base}",
    ),
    Check(
        "L07",
        "An alias cannot be followed",
        when=When.READ,
        meaning="An alias must name an anchor above it, must not hold itself, and must not repeat "
        "a part thousands of times.",
        source="YAML 1.2, 7.1",
        remedy="Write the value out.",
        example="name: *missing",
    ),
    Check(
        "L08",
        "The file is too large or too deep",
        when=When.READ,
        meaning="No spec needs so many bytes or levels. The file is something else, or an attack.",
        source="satops' own limits",
        remedy="Put a large AOI in a GeoJSON file of its own, and refer to it.",
        example="geometry: {file: ../aois/large.geojson}",
    ),
    Check(
        "L09",
        "The file is not plain UTF-8 text",
        when=When.READ,
        meaning="The file has another encoding, or a control character that a reviewer cannot see.",
        source="RFC 3629",
        remedy="Save the file as UTF-8, and remove the character.",
        example="a file saved as UTF-16",
    ),
    Check(
        "L10",
        "The file holds no document",
        when=When.READ,
        meaning="Every file in the folder of orders must hold a spec.",
        source="satops' own rule",
        remedy="Write a spec in it, or delete it.",
        example="# only a comment",
    ),
    Check(
        "L11",
        "This looks like an AOI file",
        when=When.READ,
        meaning="A GeoJSON file lies in the folder of orders.",
        source="satops' own rule",
        remedy="Move it beside the orders folder, and refer to it from a spec.",
        example='{"type": "FeatureCollection", "features": []}',
    ),
    Check(
        "L12",
        "The file has more problems",
        when=When.READ,
        meaning="A file has so many problems that satops did not read the rest of it.",
        source="satops' own limit",
        remedy="Mend those that are shown, and look again.",
        example="a file that is no spec at all",
    ),
    Check(
        "L20",
        "The file cannot be read",
        when=When.READ,
        meaning="The operating system refuses to read it: a missing permission, or a fault of "
        "the disk. satops does not treat an unreadable order as deleted.",
        source="satops' own rule",
        remedy="Give the right to read the file, or delete it.",
        example="a file without the right to read",
    ),
    Check(
        "L21",
        "This is no regular file",
        when=When.READ,
        meaning="A pipe, a socket or a device has the name of a spec. Reading it could wait for "
        "ever.",
        source="satops' own rule",
        remedy="Remove it.",
        example="mkfifo orders/port.yaml",
    ),
    Check(
        "L22",
        "A link cannot be followed",
        when=When.READ,
        meaning="A symbolic link leads in a circle, to a missing file, or out of the repository.",
        source="satops' own rule: what is bought is what is in the repository",
        remedy="Put the file itself in its place.",
        example="orders/port.yaml -> /etc/hosts",
    ),
    Check(
        "L23",
        "The name of the file cannot be used",
        when=When.READ,
        meaning="The file's name holds characters that messages and other systems cannot show.",
        source="satops' own rule",
        remedy="Rename the file.",
        example="a name with a line break",
    ),
    Check(
        "L24",
        "The folder cannot be listed",
        when=When.READ,
        meaning="The operating system refuses to list it, so satops cannot tell whether its "
        "orders were deleted.",
        source="satops' own rule",
        remedy="Give the right to list the folder.",
        example="a folder without the right to list",
    ),
    Check(
        "L25",
        "There is no folder of orders",
        when=When.READ,
        meaning="The folder that `orders` of satops.yaml names does not exist.",
        source="satops' own rule",
        remedy="Create the folder, or correct `orders` in satops.yaml.",
        example="orders: ordres/",
        severity=Severity.INFO,
    ),
    Check(
        "L26",
        "A spec is left out by a sparse checkout",
        when=When.READ,
        meaning="Git tracks the spec, and the sparse checkout leaves it out of the work tree. "
        "Its order would look retired, or would never be bought.",
        source="git sparse-checkout",
        remedy="Take the folder in: `git sparse-checkout add FOLDER`.",
        example="git sparse-checkout set docs",
    ),
    Check(
        "L27",
        "This is a pointer of Git LFS",
        when=When.READ,
        meaning="Git LFS did not fetch the file. Its place holds three lines that say where Git "
        "LFS keeps it.",
        source="the specification of Git LFS pointers",
        remedy="Fetch the file: `git lfs pull`. In CI, let the checkout take LFS files.",
        example="version https://git-lfs.github.com/spec/v1",
    ),
    Check(
        "L28",
        "A submodule is not checked out",
        when=When.READ,
        meaning="The folder of a submodule is empty, so satops cannot read the specs in it.",
        source="git submodule",
        remedy="Run `git submodule update --init`. In CI, let the checkout take submodules.",
        example="a clone without --recurse-submodules",
    ),
    Check(
        "L29",
        "A spec is missing, and git does not know that it was deleted",
        when=When.READ,
        meaning="Git tracks the spec, and the work tree lacks it. It may have been lost by "
        "mistake. A plan on your own machine warns; for `apply`, and for `plan` in CI, it is an "
        "error.",
        source="satops' own rule: what is missing is not taken for deleted",
        remedy="`git rm` the spec if it is meant, or `git restore` it.",
        example="rm orders/port.yaml",
    ),
    Check(
        "L31",
        "There are no specs, and the ledger holds orders",
        when=When.READ,
        meaning="All orders would look retired. More often `orders` of satops.yaml is misspelt, or "
        "only a part of the repository is here.",
        source="satops' own rule: what is missing is not taken for deleted",
        remedy="Correct `orders` in satops.yaml; or commit a file in the folder, such as "
        ".gitkeep, to say that it is empty on purpose.",
        example="orders: ordres/",
    ),
    Check(
        "L32",
        "Git cannot tell whether specs are missing",
        when=When.READ,
        meaning="The folder lies in a git repository, and satops cannot use git there. satops "
        "never skips a guard that it cannot check: for `apply`, and for `plan` in CI, it is an "
        "error.",
        source="satops' own rule",
        remedy="Install git, or let it use the folder (`git config --global safe.directory`).",
        example="a checkout that belongs to another user",
    ),
)

CHECKS: Mapping[str, Check] = MappingProxyType({check.code: check for check in _CHECKS})
"""Checks by code."""
