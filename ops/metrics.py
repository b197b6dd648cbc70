"""/metrics by prometheus-client: seconds per stage, counts by outcome, queue depths, age of the oldest due delivery.

Label values are bounded: lanes, stages, channels, receivers and outcomes come from closed sets, never from a message.
"""

from collections.abc import Iterable
from typing import Final

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from broker.core.delivery import Delivery, Outcome
from broker.core.lane import Lane
from broker.service.broker import Broker
from broker.service.source import SourceState
from broker.views.held import waiting

_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)


class Metrics:
    """A Meter (broker.service.meter) that Prometheus can read."""

    def __init__(self) -> None:
        """Start counting from zero."""
        self.registry = CollectorRegistry()
        self._stage = Histogram(
            "noroshi_stage_seconds",
            "Seconds that a stage took, by lane and channel",
            ["stage", "lane", "channel"],
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._stages: dict[tuple[str, str, str], Histogram] = {}
        self._messages = Counter(
            "noroshi_messages", "Messages by what became of them", ["result", "via"], registry=self.registry
        )
        self._attempts = Counter(
            "noroshi_attempts", "Attempts by outcome", ["outcome", "lane", "channel"], registry=self.registry
        )

    def stage(self, name: str, seconds: float, lane: Lane, channel: str) -> None:
        """Observe one stage."""
        key = (name, lane, channel)
        if (child := self._stages.get(key)) is None:
            child = self._stages[key] = self._stage.labels(*key)
        child.observe(seconds)

    def message(self, result: str, via: str) -> None:
        """Count one message."""
        self._messages.labels(str(result), via).inc()

    def attempt(self, delivery: Delivery, outcome: Outcome, seconds: float) -> None:
        """Count one attempt and observe its seconds."""
        self._attempts.labels(type(outcome).__name__.lower(), delivery.lane, delivery.channel).inc()
        self.stage("outcome", seconds, delivery.lane, delivery.channel)
        if (first_byte_s := getattr(outcome, "first_byte_s", None)) is not None:
            self.stage("first_byte", first_byte_s, delivery.lane, delivery.channel)

    def quantiles(self) -> list[tuple[str, str, str, int, dict[str, float]]]:
        """Return (stage, lane, channel, count, {"p50", "p95", "p99"} in seconds), interpolated within buckets."""
        rows = []
        for metric in self._stage.collect():
            counts: dict[tuple[str, str, str], list[tuple[float, float]]] = {}
            for sample in metric.samples:
                if sample.name.endswith("_bucket"):
                    key = (sample.labels["stage"], sample.labels["lane"], sample.labels["channel"])
                    counts.setdefault(key, []).append((float(sample.labels["le"]), sample.value))
            for (stage, lane, channel), buckets in sorted(counts.items()):
                quantiles = {f"p{q}": _quantile(buckets, q / 100) for q in (50, 95, 99)}
                rows.append((stage, lane, channel, int(buckets[-1][1]), quantiles))
        return rows


def _quantile(buckets: list[tuple[float, float]], q: float) -> float:
    """Interpolate within the bucket that holds the quantile, as Prometheus' histogram_quantile does."""
    rank = q * buckets[-1][1]
    lower, below = 0.0, 0.0
    for upper, count in buckets:
        if count >= rank and count > below:
            top = lower if upper == float("inf") else upper
            return lower + (top - lower) * (rank - below) / (count - below)
        lower, below = upper, count
    return lower


class QueueCollector(Collector):
    """Reads queue depths and ages from the dispatch core at the moment of asking."""

    def __init__(self, broker: Broker) -> None:
        """Watch the broker."""
        self._broker = broker

    def collect(self) -> Iterable[Metric]:
        """Return the gauges."""
        now = self._broker.clock()
        depth = GaugeMetricFamily("noroshi_open_deliveries", "Deliveries not yet ended, by lane", labels=["lane"])
        flight = GaugeMetricFamily("noroshi_in_flight", "Attempts on the way, by lane", labels=["lane"])
        oldest = GaugeMetricFamily(
            "noroshi_oldest_due_seconds",
            "Age of the oldest delivery that is due and not sent, by lane",
            labels=["lane"],
        )
        dispatch = self._broker.dispatch
        for gauge, values in (
            (depth, dispatch.open_count()),
            (flight, dispatch.in_flight_count()),
            (oldest, dispatch.oldest_due_s(now)),
        ):
            for lane, value in values.items():
                gauge.add_metric([lane], value)
        return [depth, flight, oldest]


class SourceCollector(Collector):
    """Reads how each source of each receiver does at the moment of asking; names come from the settings alone."""

    def __init__(self, broker: Broker) -> None:
        """Watch the broker's sources."""
        self._broker = broker

    def collect(self) -> Iterable[Metric]:
        """Return the gauges and the counter."""
        labels = ["receiver", "source"]
        up = GaugeMetricFamily("noroshi_source_up", "1 where the source is heard, 0 where it is lost", labels=labels)
        heard = GaugeMetricFamily(
            "noroshi_source_heard_timestamp_seconds", "When anything was last heard from it", labels=labels
        )
        messages = CounterMetricFamily("noroshi_source_messages", "Messages that came from it", labels=labels)
        for line in self._broker.sources.lines():
            key = [line.receiver, line.name]
            up.add_metric(key, float(line.state is not SourceState.LOST))
            messages.add_metric(key, line.messages)
            if line.heard_at is not None:
                heard.add_metric(key, line.heard_at.timestamp())
        return [up, heard, messages]


class HeldCollector(Collector):
    """Counts what waits for a person at the moment of asking."""

    def __init__(self, broker: Broker) -> None:
        """Watch the broker's held list."""
        self._broker = broker

    def collect(self) -> Iterable[Metric]:
        """Return the gauges."""
        now = self._broker.clock()
        count = GaugeMetricFamily("noroshi_held_open", "Messages that wait for a person's decision", labels=["kind"])
        oldest = GaugeMetricFamily("noroshi_held_oldest_seconds", "How long the oldest has waited", labels=["kind"])
        for kind, found in waiting(self._broker.projector.reader).items():
            count.add_metric([kind], found.count)
            oldest.add_metric([kind], (now - found.oldest_at).total_seconds() if found.oldest_at else 0.0)
        return [count, oldest]


def routes(metrics: Metrics) -> list[web.RouteDef]:
    """Return the route of /metrics."""

    async def show_metrics(_: web.Request) -> web.Response:
        """Show counts, gauges and seconds per stage, in the text format of Prometheus."""
        body = generate_latest(metrics.registry)
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})

    return [web.get("/metrics", show_metrics)]
