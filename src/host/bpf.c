/* SPDX-License-Identifier: Apache-2.0 */
/* bpf(2); see bpf.h. */
#include "host/bpf.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The kernel refuses an attr with unknown bytes set, so each starts as zeroes as a whole. */
static int call(int cmd, union bpf_attr *attr)
{
	long r;

	do {
		r = syscall(SYS_bpf, cmd, attr, sizeof(*attr));
	} while (r < 0 && (errno == EINTR || errno == EAGAIN));
	return r < 0 ? -errno : (int)r;
}

int host_bpf_load_device(const struct bpf_insn *insns, size_t n, char *log, size_t size)
{
	static const char license[] = "Apache-2.0";
	union bpf_attr attr;
	int r;

	memset(&attr, 0, sizeof(attr));
	attr.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
	attr.insns = (uint64_t)(uintptr_t)insns;
	attr.insn_cnt = (uint32_t)n;
	attr.license = (uint64_t)(uintptr_t)license;
	r = call(BPF_PROG_LOAD, &attr);
	if (r >= 0 || !log || size == 0 || r == -EPERM)
		return r;
	log[0] = 0;
	attr.log_level = 1;
	attr.log_buf = (uint64_t)(uintptr_t)log;
	attr.log_size = (uint32_t)size;
	return call(BPF_PROG_LOAD, &attr);
}

static int attach(int cmd, int cgroup_fd, int prog_fd)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.target_fd = (uint32_t)cgroup_fd;
	attr.attach_bpf_fd = (uint32_t)prog_fd;
	attr.attach_type = BPF_CGROUP_DEVICE;
	if (cmd == BPF_PROG_ATTACH)
		attr.attach_flags = BPF_F_ALLOW_MULTI;
	return call(cmd, &attr);
}

int host_bpf_attach_device(int cgroup_fd, int prog_fd)
{
	return attach(BPF_PROG_ATTACH, cgroup_fd, prog_fd);
}

int host_bpf_detach_device(int cgroup_fd, int prog_fd)
{
	return attach(BPF_PROG_DETACH, cgroup_fd, prog_fd);
}

int host_bpf_list_device(int cgroup_fd, uint32_t *ids, size_t max)
{
	union bpf_attr attr;
	int r;

	memset(&attr, 0, sizeof(attr));
	attr.query.target_fd = (uint32_t)cgroup_fd;
	attr.query.attach_type = BPF_CGROUP_DEVICE;
	attr.query.prog_ids = (uint64_t)(uintptr_t)ids;
	attr.query.prog_cnt = (uint32_t)max;
	r = call(BPF_PROG_QUERY, &attr);
	return r < 0 ? r : (int)attr.query.prog_cnt;
}

int host_bpf_open_id(uint32_t id)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.prog_id = id;
	return call(BPF_PROG_GET_FD_BY_ID, &attr);
}
