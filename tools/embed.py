#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Turn a file into a C array of bytes, page aligned, with its size.

usage: embed.py NAME INPUT OUTPUT      defines `const unsigned char NAME[]` and `const size_t NAME_size`
"""
import pathlib
import sys


def c_source(name, data):
    rows = (data[i : i + 16] for i in range(0, len(data), 16))
    body = "\n".join("\t" + " ".join(f"0x{byte:02x}," for byte in row) for row in rows)
    return (
        "/* SPDX-License-Identifier: Apache-2.0 */\n"
        "/* Made by tools/embed.py. */\n"
        "#include <stddef.h>\n\n"
        f"extern const unsigned char {name}[];\n"
        f"extern const size_t {name}_size;\n\n"
        f"const unsigned char {name}[] __attribute__((aligned(4096))) = {{\n{body}\n}};\n"
        f"const size_t {name}_size = sizeof({name});\n"
    )


def main():
    name, source, target = sys.argv[1:]
    pathlib.Path(target).write_text(c_source(name, pathlib.Path(source).read_bytes()))


if __name__ == "__main__":
    main()
