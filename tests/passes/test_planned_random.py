"""Random networks take the memory that is counted before they are compiled."""

from hypothesis import HealthCheck, given, note, settings
from test_random_networks import DrawnNetwork, networks

from cmixdsl.devices import get_device
from cmixdsl.driver import apply_pipeline, compile_module
from cmixdsl.model import find_function
from cmixdsl.passes.bits.network import build_widest
from cmixdsl.passes.bits.planned_memory import PlannedMemory
from cmixdsl.passes.bits.qnn_network import apply_assignment, read_network
from cmixdsl.passes.legalization import FOLD_QNN
from cmixdsl.pipelines import PIPELINES
from cmixdsl.universe import build_context


@given(networks())
@settings(max_examples=6, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
def test_memory_is_what_was_counted(drawn: DrawnNetwork) -> None:
    module = drawn.module.clone()
    apply_pipeline(build_context(), module, FOLD_QNN)
    note(str(module))
    source = read_network(find_function(module))
    assignment = build_widest(source.network)
    # Everything that may be cut, once.
    for tensor in range(len(source.values)):
        if assignment.can_cut(tensor) and assignment.tensor_bits[tensor] == 8:
            assignment = assignment.cut_tensor(tensor)
    memory = PlannedMemory(build_context(), source, "pc-icn")
    ram = memory.get_ram_bytes(assignment)
    apply_assignment(source, assignment, "pc-icn")
    device = get_device("cortex-m4")
    found = compile_module(build_context(), module, device, PIPELINES[device.pipeline]).memory
    assert ram == found.variable_bytes + found.input_bytes + found.output_bytes
