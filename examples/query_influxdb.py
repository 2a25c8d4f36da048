"""Print each run's median contact of both feet: python examples/query_influxdb.py URL BUCKET [TOKEN]"""

from __future__ import annotations

import json
import sys
from urllib.parse import urlencode
from urllib.request import Request, urlopen

QUESTION = (
    "SELECT median(ground_contact_time_s) AS contact_s FROM strides WHERE gait = 'run' GROUP BY runner, run, foot"
)


def main(url: str, bucket: str, token: str = "") -> None:
    """Ask in InfluxQL, which 1.x and 2.x both answer."""
    request = Request(f"{url}/query?{urlencode({'db': bucket, 'q': QUESTION})}")
    if token:
        request.add_header("Authorization", f"Token {token}")
    with urlopen(request, timeout=10) as answer:
        results = json.load(answer)["results"]
    for series in results[0].get("series", []):
        tags = series["tags"]
        for _, contact_s in series["values"]:
            print(f"{tags['run']}  {tags['runner']:<12} {tags['foot']:<5} {1000 * contact_s:4.0f} ms")


if __name__ == "__main__":
    main(*sys.argv[1:])
