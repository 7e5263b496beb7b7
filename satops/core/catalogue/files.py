"""Entries about files and texts: L loading, F files referred to, N names, K acceptance."""

from satops.core.catalogue.entry import Entry
from satops.core.problem import Severity

_YAML = "YAML 1.2, and satops' own rule that a reviewer must not misread a spec"

ENTRIES = (
    Entry(
        "L01",
        "The YAML cannot be read",
        "The text breaks the grammar of YAML. Nothing is made of a file that is not understood.",
        "YAML 1.2",
        "Mend the text at the place that is named; often it is an indent, a tab or a quote.",
        "name: [unclosed",
    ),
    Entry(
        "L02",
        "The JSON cannot be read",
        "The text breaks the grammar of JSON.",
        "RFC 8259",
        "Mend the text at the place that is named; often it is a comma or a quote.",
        '{"name": "a",}',
    ),
    Entry(
        "L03",
        "A key is written twice",
        "Most readers keep the last of two equal keys in silence, so that a reviewer and a "
        "program see different orders.",
        "YAML 1.2, 3.2.1.3; RFC 8259, 4",
        "Keep one of the two.",
        "order: {maxCloud: 20, maxCloud: 80}",
    ),
    Entry(
        "L04",
        "A key is not text",
        "A number, a date or an empty word stands where a name is expected.",
        _YAML,
        "Put the key in quotes.",
        "labels: {2026: spring}",
    ),
    Entry(
        "L05",
        "A number cannot be used",
        "Infinities, not-a-number and numbers too large for other programs have no meaning in an "
        "order.",
        "RFC 8259, 6",
        "Write a finite number.",
        "maxCloud: .inf",
    ),
    Entry(
        "L06",
        "A YAML feature is not allowed here",
        "Tags and merge keys hide from a reviewer what is bought.",
        _YAML,
        "Write the values out.",
        "order: {<<: *base}",
    ),
    Entry(
        "L07",
        "An alias cannot be followed",
        "An alias must name an anchor above it, must not hold itself, and must not repeat a part "
        "thousands of times.",
        "YAML 1.2, 7.1",
        "Write the value out.",
        "name: *missing",
    ),
    Entry(
        "L08",
        "The file is too large or too deep",
        "No spec needs so many bytes or levels: the file is something else, or an attack.",
        "satops' own limits",
        "Put a large AOI in a GeoJSON file of its own, and refer to it.",
        "geometry: {file: ../aois/large.geojson}",
    ),
    Entry(
        "L09",
        "The file is not plain UTF-8 text",
        "Another encoding, or a control character that a reviewer cannot see.",
        "RFC 3629",
        "Save the file as UTF-8, and remove the character.",
        "a file saved as UTF-16",
    ),
    Entry(
        "L10",
        "The file holds no document",
        "Every file under the orders folder is expected to hold a spec.",
        "satops' own rule",
        "Write a spec in it, or delete it.",
        "# only a comment",
    ),
    Entry(
        "L11",
        "This looks like an AOI file",
        "A GeoJSON file lies among the specs.",
        "satops' own rule",
        "Move it beside the orders folder, and refer to it from a spec.",
        '{"type": "FeatureCollection", "features": []}',
    ),
    Entry(
        "L12",
        "The file has more problems",
        "A file has so many problems that the rest of it was not read.",
        "satops' own limit",
        "Mend those that are shown, and look again.",
        "a file that is no spec at all",
    ),
    Entry(
        "L20",
        "The file cannot be read",
        "The system refuses: no right, or a fault of the disk. An order that cannot be read is "
        "not taken for one that was deleted.",
        "satops' own rule",
        "Give the right to read the file, or delete it.",
        "a file without the right to read",
    ),
    Entry(
        "L21",
        "This is no regular file",
        "A pipe, a socket or a device bears the name of a spec; reading it could wait for ever.",
        "satops' own rule",
        "Remove it.",
        "mkfifo orders/port.yaml",
    ),
    Entry(
        "L22",
        "A link cannot be followed",
        "A symbolic link leads in a circle, to nothing, or out of the repository.",
        "satops' own rule: what is bought is what is in the repository",
        "Put the file itself in its place.",
        "orders/port.yaml -> /etc/hosts",
    ),
    Entry(
        "L23",
        "The name of the file cannot be used",
        "The name holds characters that messages and other systems cannot show.",
        "satops' own rule",
        "Rename the file.",
        "a name with a line break",
    ),
    Entry(
        "L24",
        "The folder cannot be listed",
        "The system refuses: the orders in it would be taken for deleted.",
        "satops' own rule",
        "Give the right to list the folder.",
        "a folder without the right to list",
    ),
    Entry(
        "L25",
        "There is no folder of orders",
        "`orders` of satops.yaml names a folder that is not there.",
        "satops' own rule",
        "Create the folder, or correct `orders` in satops.yaml.",
        "orders: ordres/",
    ),
    Entry(
        "L30",
        "satops.yaml is changed here",
        "A change under review edits the configuration, which decides where orders and the token "
        "go, where the ledger is, and what may be bought. Found by `plan --limits-from`.",
        "satops' own rule: what a pull request changes must be seen by those who approve it",
        "Let an owner of satops.yaml approve the change.",
        "state: git:another-ledger",
        severity=Severity.WARNING,
    ),
    Entry(
        "F01",
        "the AOI file cannot be read",
        "The file that a spec refers to is missing, lies outside of the repository, or is no "
        "GeoJSON, WKT, KML, KMZ, GeoPackage or zipped Shapefile. All but the first two need "
        "`pip install 'satops[gis]'`.",
        "satops' own rule",
        "Correct the path, which is relative to the spec, or convert the file. `satops aoi FILE` "
        "shows what is in it.",
        "geometry: {file: ../aois/missing.geojson}",
    ),
    Entry(
        "F02",
        "no such feature",
        "The file has several features and the spec names none, or one that is not there, or one "
        "that is there twice. The first feature is never taken in silence.",
        "reports of tools that imaged the wrong one of several areas",
        "Write `feature:` with an id of the file; `satops aoi FILE` lists them.",
        "geometry: {file: ../aois/rivers.geojson, feature: delta-west}",
    ),
    Entry(
        "N01",
        "the name is used twice",
        "The name is the identity of an order: two specs with one name are one order twice.",
        "satops' own rule",
        "Give one of them another name.",
        "name: port-2026-12",
    ),
    Entry(
        "N02",
        "not a name",
        "A name, or the key of a label, has characters that are not safe in files, tables and "
        "shells.",
        "satops' own rule",
        "Use small letters, digits, dots, underscores and dashes.",
        "name: Port of Genoa",
    ),
    Entry(
        "N03",
        "a character that cannot be seen",
        "Control characters and overrides of the direction of text can make a reviewer read "
        "another text than the machine.",
        "Unicode Technical Report 36",
        "Remove the character.",
        'description: "\\u202Eabc"',
    ),
    Entry(
        "N04",
        "supersedes itself",
        "An order cannot replace itself.",
        "satops' own rule",
        "Give the name of the earlier order.",
        "{name: port, supersedes: port}",
    ),
    Entry(
        "N05",
        "not the code of a check",
        "An acknowledgement names something that is no code.",
        "satops' own rule",
        "Write a code such as A09; `satops explain` lists them.",
        'acknowledge: [{check: "too wide", reason: "wanted"}]',
    ),
    Entry(
        "K01",
        "an acknowledgement that accepts nothing",
        "A spec accepts a check that finds nothing here, that does not exist, or that nobody can "
        "accept. A reader of the spec would believe that there is something to accept.",
        "satops' own rule",
        "Take the acknowledgement out, or correct its code.",
        'acknowledge: [{check: A07, reason: "small on purpose"}]',
        severity=Severity.WARNING,
    ),
)
