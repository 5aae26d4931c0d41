"""A broker in a container: apache/kafka, one node, at an address for this machine and at one for other containers."""

from __future__ import annotations

import os
from contextlib import suppress

from docker.errors import DockerException, ImageNotFound
from testcontainers.core.config import testcontainers_config
from testcontainers.core.container import DockerContainer
from testcontainers.core.docker_client import DockerClient
from testcontainers.core.network import Network
from testcontainers.core.wait_strategies import LogMessageWaitStrategy

IMAGE = os.environ.get("KAFKA_IMAGE", "apache/kafka:4.1.1")
ALIAS, INSIDE, OUTSIDE = "kafka", 19092, 9092
SCRIPT = "/tmp/start.sh"  # noqa: S108 - in the container
SETTINGS = {
    "NODE_ID": "1",
    "PROCESS_ROLES": "broker,controller",
    "LISTENERS": f"INSIDE://:{INSIDE},OUTSIDE://:{OUTSIDE},CONTROLLER://:9093",
    "LISTENER_SECURITY_PROTOCOL_MAP": "CONTROLLER:PLAINTEXT,INSIDE:PLAINTEXT,OUTSIDE:PLAINTEXT",
    "INTER_BROKER_LISTENER_NAME": "INSIDE",
    "CONTROLLER_LISTENER_NAMES": "CONTROLLER",
    "CONTROLLER_QUORUM_VOTERS": "1@localhost:9093",
    "AUTO_CREATE_TOPICS_ENABLE": "false",
    "OFFSETS_TOPIC_NUM_PARTITIONS": "1",
    "OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
    "TRANSACTION_STATE_LOG_NUM_PARTITIONS": "1",
    "TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
    "TRANSACTION_STATE_LOG_MIN_ISR": "1",
    "GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
    "HEAP_OPTS": "-Xms256m -Xmx512m",
}


def why_not() -> str | None:
    """Why no broker can run in a container here; None if one can."""
    try:
        docker = DockerClient().client
        docker.ping()
    except DockerException:
        return "there is no Docker engine"
    with suppress(ImageNotFound):
        docker.images.get(IMAGE)
        return None
    try:
        docker.images.pull(IMAGE)
    except DockerException:
        return f"Docker can't get the image {IMAGE}"
    return None


class KafkaContainer(DockerContainer):
    """testcontainers' own runs other images. The port of the outside is known only once Docker has chosen it, so the
    container waits for a script that names it.
    """

    def __init__(self, network: Network | None = None) -> None:
        super().__init__(IMAGE)
        self.with_exposed_ports(OUTSIDE)
        self.with_command(["sh", "-c", f"while [ ! -f {SCRIPT} ]; do sleep 0.1; done; exec sh {SCRIPT}"])
        for name, value in SETTINGS.items():
            self.with_env(f"KAFKA_{name}", value)
        if network:
            self.with_network(network).with_network_aliases(ALIAS)

    @property
    def servers(self) -> str:
        return f"{self.get_container_host_ip()}:{self.get_exposed_port(OUTSIDE)}"

    def start(self) -> KafkaContainer:
        super().start()
        addresses = f"INSIDE://{ALIAS if self._network else 'localhost'}:{INSIDE},OUTSIDE://{self.servers}"
        lines = f"export KAFKA_ADVERTISED_LISTENERS={addresses}\nexec /etc/kafka/docker/run\n"
        write = f'printf %s "$1" > {SCRIPT}.new && mv {SCRIPT}.new {SCRIPT}'
        code, said = self.exec(["sh", "-c", write, "sh", lines])
        assert code == 0, said
        LogMessageWaitStrategy("Kafka Server started").with_startup_timeout(120).wait_until_ready(self)
        return self


# The container that cleans up after a killed run is one more image; what these tests start, they stop.
testcontainers_config.ryuk_disabled = True
