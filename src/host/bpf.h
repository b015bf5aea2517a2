/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bpf(2), as far as control groups need it: programs of type BPF_PROG_TYPE_CGROUP_DEVICE, which say
 * who may open which device. 0, a descriptor, or -errno.
 */
#pragma once

#include <linux/bpf.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

/* The kernel's verifier looks at it; on refusal its words go to log (size bytes, terminated; may be
 * NULL with 0). */
MUST_CHECK int host_bpf_load_device(const struct bpf_insn *insns, size_t n, char *log, size_t size);
/* Beside those that are attached already; all of them must say yes. */
MUST_CHECK int host_bpf_attach_device(int cgroup_fd, int prog_fd);
MUST_CHECK int host_bpf_detach_device(int cgroup_fd, int prog_fd);
/* Ids of what is attached to this very group: at most max into ids; how many there are. */
MUST_CHECK int host_bpf_list_device(int cgroup_fd, uint32_t *ids, size_t max);
MUST_CHECK int host_bpf_open_id(uint32_t id);
