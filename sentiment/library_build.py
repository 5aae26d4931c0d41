"""Makes a library of the kernel: numba's LLVM code, without what no caller needs, through LLVM and `ld`.

As a program it makes one, `python -m sentiment.library_build LEVEL`: numba takes the processor to compile for once.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import llvmlite.binding as llvm
import numba

from sentiment import library
from sentiment.entries import ENTRIES, SIGNATURE
from sentiment.errors import SettingError
from sentiment.strings import FUNCTION


def build(cpu: str, path: Path) -> None:
    """Write the library for processors of a level as `x86-64-v3`, or for all of this architecture: `generic`.

    To be called before anything else is compiled. SettingError if it can't be linked.
    """
    numba.config.CPU_NAME, numba.config.CPU_FEATURES = cpu, ""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    module = llvm.parse_assembly(f'@{library.MADE_FROM} = constant [64 x i8] c"{library.fingerprint()}"')
    for name, entry in ENTRIES.items():
        module.link_in(_entry_module(name, numba.cfunc(SIGNATURE)(entry)))
    _link(_object(module, cpu), cpu, path)


def _entry_module(name: str, entry: numba.core.ccallback.CFunc) -> llvm.ModuleRef:
    """The code of an entry, which gets that name; all else becomes internal.

    LLVM then sees every call, and that none fails or counts references: numba's runtime and Python's are left out.
    """
    module = llvm.parse_assembly(entry.inspect_llvm())
    for value in [*module.functions, *module.global_variables]:
        if value.name == entry.native_name:
            value.name = name
        elif not value.is_declaration:
            value.linkage = llvm.Linkage.internal
    return module


def _object(module: llvm.ModuleRef, cpu: str) -> bytes:
    target = llvm.Target.from_default_triple()
    machine = target.create_target_machine(cpu=cpu, opt=3, reloc="pic")
    builder = llvm.create_pass_builder(machine, llvm.create_pipeline_tuning_options(speed_level=3))
    builder.getModulePassManager().run(module, builder)
    declared = [each.name for each in module.functions if each.is_declaration and not each.name.startswith("llvm.")]
    if wanting := [name for name in declared if name != FUNCTION]:
        raise SettingError(f"the kernel calls {', '.join(wanting)}, which a library does not have")
    code: bytes = machine.emit_object(module)
    return code


def _link(code: bytes, cpu: str, path: Path) -> None:
    level = [] if cpu == library.GENERIC else ["-z", cpu]  # which the system's loader compares with the machine
    with tempfile.NamedTemporaryFile(suffix=".o") as file:
        file.write(code)
        file.flush()
        # Fatal, for an `ld` that does not know the level only warns, and nothing would tell it from others then.
        command = ["ld", "-shared", "--strip-all", "--fatal-warnings", *level, "-o", str(path), file.name]
        try:
            subprocess.run(command, check=True, capture_output=True, text=True)
        except FileNotFoundError as error:
            raise SettingError("there is no `ld`: install binutils") from error
        except subprocess.CalledProcessError as error:
            raise SettingError(f"`{' '.join(command)}`: {error.stderr.strip()}") from error


if __name__ == "__main__":
    try:
        build(sys.argv[1], library.path_of(sys.argv[1]))
    except SettingError as error:
        sys.exit(str(error))
