/* SPDX-License-Identifier: Apache-2.0 */
/*
 * landlock_create_ruleset(2), landlock_add_rule(2), landlock_restrict_self(2): raw calls, since the
 * libc has none, with the layouts and bits of the newest ABI that we know, cut to the host's.
 */
#include "host/landlock.h"

#include <errno.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "host/fd.h"

#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule       445
#define SYS_landlock_restrict_self  446
#endif

enum { CREATE_RULESET_VERSION = 1, RULE_PATH_BENEATH = 1 };

/* What can be done by name; the comment says since which ABI. */
enum {
	FS_EXECUTE = 1 << 0, /* 1 */
	FS_WRITE_FILE = 1 << 1,
	FS_READ_FILE = 1 << 2,
	FS_READ_DIR = 1 << 3,
	FS_REMOVE_DIR = 1 << 4,
	FS_REMOVE_FILE = 1 << 5,
	FS_MAKE_DIR = 1 << 7,
	FS_MAKE_REG = 1 << 8,
	FS_MAKE_FIFO = 1 << 10,
	FS_MAKE_SYM = 1 << 12,
	FS_REFER = 1 << 13,    /* 2 */
	FS_TRUNCATE = 1 << 14, /* 3 */
};
#define FS_READ (FS_READ_FILE | FS_READ_DIR)
#define FS_CHANGE                                                                                  \
	(FS_WRITE_FILE | FS_REMOVE_DIR | FS_REMOVE_FILE | FS_MAKE_DIR | FS_MAKE_REG |              \
	 FS_MAKE_FIFO | FS_MAKE_SYM | FS_REFER | FS_TRUNCATE)
#define FS_OF_FILES (FS_WRITE_FILE | FS_READ_FILE | FS_TRUNCATE)

/* The kernel's struct landlock_ruleset_attr; older ones know only its beginning. */
struct ruleset {
	uint64_t fs, net, scoped;
};

struct path_beneath {
	uint64_t allowed;
	int32_t parent_fd;
} __attribute__((packed));

_Static_assert(sizeof(struct ruleset) == 24, "ABI 6");
_Static_assert(sizeof(struct path_beneath) == 12, "packed since ABI 1");

static int result(long r)
{
	return r < 0 ? -errno : (int)r;
}

int host_landlock_abi(void)
{
	return result(syscall(SYS_landlock_create_ruleset, NULL, 0, CREATE_RULESET_VERSION));
}

static uint64_t bits(unsigned n)
{
	return (UINT64_C(1) << n) - 1;
}

/* Everything that this ABI can take away. */
static struct ruleset everything(int abi, size_t *ret_size)
{
	unsigned nfs = abi >= 5 ? 16 : abi >= 3 ? 15 : abi >= 2 ? 14 : 13;
	struct ruleset r = {.fs = bits(nfs)};

	*ret_size = abi >= 6 ? 24 : abi >= 4 ? 16 : 8;
	if (abi >= 4)
		r.net = bits(2);
	if (abi >= 6)
		r.scoped = bits(2);
	return r;
}

static int add_rule(int ruleset, const struct host_landlock_rule *rule, uint64_t handled)
{
	struct path_beneath p = {.allowed = FS_READ, .parent_fd = rule->fd};

	if (rule->writable)
		p.allowed |= FS_CHANGE;
	if (!rule->is_dir)
		p.allowed &= FS_OF_FILES;
	p.allowed &= handled;
	return result(syscall(SYS_landlock_add_rule, ruleset, RULE_PATH_BENEATH, &p, 0));
}

int host_landlock_confine(const struct host_landlock_rule *rules, size_t n)
{
	AUTO(host_close_fd) int fd = -1;
	struct ruleset all;
	int abi = host_landlock_abi(), r = 0;
	size_t size;

	if (abi < 0)
		return abi;
	all = everything(abi, &size);
	fd = result(syscall(SYS_landlock_create_ruleset, &all, size, 0));
	if (fd < 0)
		return fd;
	for (size_t i = 0; i < n && r == 0; i++)
		r = rules[i].writable && abi < 2 ? -EOPNOTSUPP : add_rule(fd, &rules[i], all.fs);
	if (r == 0)
		r = result(syscall(SYS_landlock_restrict_self, fd, 0));
	return r < 0 ? r : abi;
}
