"""The sample orders of `init` for this marketplace: three orders that show its form."""

from satops.core.offer import Samples

_HANOI = """\
# yaml-language-server: $schema=../schema/order.schema.json
name: hanoi-{month}            # its identity: never change or reuse it
description: The centre of Hanoi, for the land-use map
labels: {{team: planning, sample: "yes"}}
order:                         # what is bought
  provider: changguang         # optical
  geometry: {{bbox: [105.80, 21.00, 105.88, 21.06]}}
  startDate: {start}
  endDate: {end}
  maxCloud: 20                 # percent
  resolutionType: very-high    # 0.5 m
"""

_MEKONG = """\
# yaml-language-server: $schema=../schema/order.schema.json
name: mekong-flood-{month}
description: Flood extent around Can Tho
labels: {{team: hydrology, sample: "yes"}}
order:
  provider: tianyi             # radar: sees through clouds
  geometry: {{file: ../aois/mekong.geojson, feature: can-tho}}
  startDate: {start}
  endDate: {end}
  resolutionType: stripmap     # 3 m
"""

_DA_NANG = """\
# yaml-language-server: $schema=../schema/order.schema.json
name: da-nang-port-{month}
description: Ships at anchor off Da Nang
labels: {{team: ports, sample: "yes"}}
order:
  provider: changguang
  geometry: {{point: [108.218, 16.12], radiusKm: 4}}
  startDate: {start}
  endDate: {end}
  maxCloud: 30
  resolutionType: high         # 1 m
"""


def samples() -> Samples:
    """Return the orders, and an edit of the first."""
    return Samples(
        files={
            "orders/hanoi.yaml": _HANOI,
            "orders/mekong-flood.yaml": _MEKONG,
            "orders/da-nang-port.yaml": _DA_NANG,
        },
        edited=("orders/hanoi.yaml", ("maxCloud: 20 ", "maxCloud: 10 ")),
        monitored=("--mode", "stripmap"),
        further=(
            *("hue-flood", "--provider", "tianyi", "--mode", "stripmap"),
            *("--point", "107.58", "16.46", "--radius-km", "8", "--start", "+7d", "--end", "+14d"),
        ),
    )
