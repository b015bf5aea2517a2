/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The devices of a group on cgroup v2: a BPF program of our own making, attached to the group. The
 * kernel runs it with struct bpf_cgroup_dev_ctx in r1; it returns 1 (yes) or 0.
 *
 *	r2 = type, r3 = access, r4 = major, r5 = minor
 *	for each exception:
 *		if r2 != type, r4 != major or r5 != minor go on
 *		default no:  r1 = r3 & access; if r1 != r3 go on    (all of it must be allowed)
 *		default yes: r1 = r3 & access; if r1 == 0 go on     (any of it may be forbidden)
 *		return !default
 *	return default
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "host/bpf.h"
#include "host/fd.h"
#include "runtime/cgroup/cgroup_priv.h"
#include "runtime/cgroup/devices.h"

#define ATTACHED_MAX 64 /* the kernel's BPF_CGROUP_MAX_PROGS */

struct program {
	struct bpf_insn *insns;
	size_t n;
};

static struct bpf_insn insn(int code, int dst, int src, int off, int32_t imm)
{
	return (struct bpf_insn){.code = (uint8_t)code,
				 .dst_reg = (uint8_t)dst & 15u,
				 .src_reg = (uint8_t)src & 15u,
				 .off = (int16_t)off,
				 .imm = imm};
}

static void emit(struct program *p, struct bpf_insn i)
{
	p->insns[p->n++] = i;
}

static void load_word(struct program *p, int dst, size_t off)
{
	emit(p, insn(BPF_LDX | BPF_MEM | BPF_W, dst, BPF_REG_1, (int)off, 0));
}

/* The kernel's bits (BPF_DEVCG_ACC_) from ours. */
static int32_t access_bits(uint32_t access)
{
	return (access & OCI_ACCESS_READ ? BPF_DEVCG_ACC_READ : 0) |
	       (access & OCI_ACCESS_WRITE ? BPF_DEVCG_ACC_WRITE : 0) |
	       (access & OCI_ACCESS_MKNOD ? BPF_DEVCG_ACC_MKNOD : 0);
}

static void emit_return(struct program *p, bool yes)
{
	emit(p, insn(BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, yes));
	emit(p, insn(BPF_JMP | BPF_EXIT, 0, 0, 0, 0));
}

static void emit_exception(struct program *p, const struct device_exception *x, bool allow)
{
	int32_t type = x->type == OCI_DEVICE_BLOCK ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR;
	size_t start = p->n;

	emit(p, insn(BPF_JMP | BPF_JNE | BPF_K, BPF_REG_2, 0, 0, type));
	if (x->major != DEVICE_ANY)
		emit(p, insn(BPF_JMP | BPF_JNE | BPF_K, BPF_REG_4, 0, 0, (int32_t)x->major));
	if (x->minor != DEVICE_ANY)
		emit(p, insn(BPF_JMP | BPF_JNE | BPF_K, BPF_REG_5, 0, 0, (int32_t)x->minor));
	emit(p, insn(BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_1, BPF_REG_3, 0, 0));
	emit(p, insn(BPF_ALU64 | BPF_AND | BPF_K, BPF_REG_1, 0, 0, access_bits(x->access)));
	if (allow)
		emit(p, insn(BPF_JMP | BPF_JEQ | BPF_K, BPF_REG_1, 0, 0, 0));
	else
		emit(p, insn(BPF_JMP | BPF_JNE | BPF_X, BPF_REG_1, BPF_REG_3, 0, 0));
	emit_return(p, !allow);
	/* All jumps of this exception go to what follows it. */
	for (size_t i = start; i < p->n; i++)
		if (BPF_CLASS(p->insns[i].code) == BPF_JMP &&
		    p->insns[i].code != (BPF_JMP | BPF_EXIT))
			p->insns[i].off = (int16_t)(p->n - i - 1);
}

size_t device_set_program(const struct device_set *s, struct bpf_insn ret[DEVICE_INSNS_MAX])
{
	struct program p = {.insns = ret};

	load_word(&p, BPF_REG_2, offsetof(struct bpf_cgroup_dev_ctx, access_type));
	emit(&p, insn(BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_3, BPF_REG_2, 0, 0));
	emit(&p, insn(BPF_ALU64 | BPF_AND | BPF_K, BPF_REG_2, 0, 0, 0xffff));
	emit(&p, insn(BPF_ALU64 | BPF_RSH | BPF_K, BPF_REG_3, 0, 0, 16));
	load_word(&p, BPF_REG_4, offsetof(struct bpf_cgroup_dev_ctx, major));
	load_word(&p, BPF_REG_5, offsetof(struct bpf_cgroup_dev_ctx, minor));
	for (size_t i = 0; i < s->n; i++)
		emit_exception(&p, &s->e[i], s->allow);
	emit_return(&p, s->allow);
	return p.n;
}

/* The new one holds before the old ones go, so there is no moment without rules. */
static int replace(const char *dir, int cgroup_fd, int prog_fd, struct cgroup_error *err)
{
	uint32_t ids[ATTACHED_MAX];
	int n = host_bpf_list_device(cgroup_fd, ids, ARRAY_SIZE(ids));
	int r = host_bpf_attach_device(cgroup_fd, prog_fd);

	if (r < 0)
		return cgroup_fail(err, r, "attaching the device rules to %s (bpf)", dir);
	for (int i = 0; i < n && i < ATTACHED_MAX; i++) {
		AUTO(host_close_fd) int old = host_bpf_open_id(ids[i]);

		if (old >= 0)
			r = host_bpf_detach_device(cgroup_fd, old);
		if (old < 0 || (r < 0 && r != -ENOENT))
			return cgroup_fail(err, old < 0 ? old : r,
					   "taking the old device rules off %s (bpf)", dir);
	}
	return 0;
}

static int load(const struct device_set *s, const char *dir, int *ret, struct cgroup_error *err)
{
	AUTO(free) struct bpf_insn *insns = calloc(DEVICE_INSNS_MAX, sizeof(*insns));
	char log[256];
	int fd;

	if (!insns)
		return cgroup_fail(err, -ENOMEM, "the device rules of %s", dir);
	log[0] = 0;
	fd = host_bpf_load_device(insns, device_set_program(s, insns), log, sizeof(log));
	if (fd < 0)
		return cgroup_fail(err, fd, "loading the device rules of %s (bpf)%s%s", dir,
				   log[0] ? ": " : "", log);
	*ret = fd;
	return 0;
}

int cg_devices_v2(const char *dir, const struct oci_resources *r, struct cgroup_error *err)
{
	AUTO(free) struct device_set *s = NULL;
	AUTO(host_close_fd) int prog = -1, group = -1;
	int ret;

	if (r->devices.n == 0)
		return 0;
	s = malloc(sizeof(*s));
	if (!s)
		return cgroup_fail(err, -ENOMEM, "the device rules of %s", dir);
	ret = device_set_build(r, s, err);
	if (ret < 0 || (s->allow && s->n == 0))
		return ret; /* everything is allowed: no program needed */
	ret = load(s, dir, &prog, err);
	if (ret < 0)
		return ret;
	group = host_open(AT_FDCWD, dir, O_RDONLY | O_DIRECTORY, 0);
	if (group < 0)
		return cgroup_fail(err, group, "opening %s", dir);
	return replace(dir, group, prog, err);
}
