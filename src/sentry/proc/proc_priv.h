/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside procfs and sysfs. Both are trees of constant tables:
 *
 *	struct proc_entry  one name: a file with its text, a link, or a directory
 *	struct proc_dir    the entries of a directory, and perhaps numbered ones (processes,
 *	                   threads, descriptors, processors)
 *	struct proc_node   an inode, made when a name is looked up; holds which entry of which
 *	                   process it is
 *	struct proc_at     what a function of an entry is told: who looks, at which process, at
 *	                   which number
 *
 * A node belongs to a process by its thread group and to a thread by its number, which is resolved
 * again at each use: so a directory that is kept open follows an execve of a thread that is not the
 * leader, and answers -ESRCH once the process is gone.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/strbuf.h"
#include "sentry/task/task.h"
#include "sentry/vfs/inode.h"

struct file;
struct host_memory;
struct path;
struct proc_dir;
struct procfs;

/* Lives as long as the call. */
struct proc_at {
	struct ctx *ctx;
	struct kernel *k;
	struct procfs *fs;
	struct task *task; /* borrowed; NULL outside of /proc/[pid] */
	uint64_t number;   /* of the nearest numbered entry: descriptor, processor */
};

enum proc_rule {
	PROC_FREE,      /* the mode decides */
	PROC_PTRACE,    /* whoever looks must also be allowed to trace the process */
	PROC_OWN_GROUP, /* the mode, or the process itself: its descriptors */
};

/* One name. Its mode tells what it is; of the functions, those of that type are set. */
struct proc_entry {
	const char *name; /* NULL: a numbered entry */
	uint32_t mode;    /* LX_S_IF and permission bits */
	enum proc_rule rule;
	bool at_open; /* the text is made when the file is opened, without locks, and never again */
	const char *text; /* a file or link that never changes */
	/* What the file holds, or what the link says. May block. */
	int (*show)(const struct proc_at *at, struct strbuf *sb);
	/* All of one write(2), NUL-terminated, `len` bytes without the NUL. NULL: -EINVAL, or
	 * -EROFS at open if the mode says w. */
	int (*store)(const struct proc_at *at, const char *text, size_t len);
	/* A magic link: the place it stands for, caller owns. */
	int (*follow)(const struct proc_at *at, struct path *ret);
	/* A file with operations of its own: set f->ops and f->priv. */
	int (*open)(const struct proc_at *at, struct file *f);
	const struct proc_dir *dir;
};

/* What a number stands for. */
struct proc_found {
	struct task *task; /* owned; NULL: the directory's own */
	uint32_t perm;     /* permission bits; 0: the entry's */
};

struct proc_numbers {
	const char *prefix;             /* "cpu" of cpu0; "" */
	const struct proc_entry *entry; /* what each is */
	/* The lowest number >= from; false: none. */
	bool (*next)(const struct proc_at *at, uint64_t from, uint64_t *ret);
	/* False: there is none of this number. */
	bool (*find)(const struct proc_at *at, uint64_t number, struct proc_found *ret);
};

struct proc_dir {
	const struct proc_entry *entries;
	size_t n;
	const struct proc_numbers *numbers; /* NULL: none */
};

#define PROC_DIR(entries_, numbers_)                                                               \
	{                                                                                          \
		.entries = (entries_), .n = ARRAY_SIZE(entries_), .numbers = (numbers_)            \
	}

#define PROC_FILE(name_, perm_, show_)                                                             \
	{                                                                                          \
		.name = (name_), .mode = LX_S_IFREG | (perm_), .show = (show_)                     \
	}
#define PROC_TEXT(name_, perm_, text_)                                                             \
	{                                                                                          \
		.name = (name_), .mode = LX_S_IFREG | (perm_), .text = (text_)                     \
	}
#define PROC_LINK(name_, show_)                                                                    \
	{                                                                                          \
		.name = (name_), .mode = LX_S_IFLNK | 0777, .show = (show_)                        \
	}
#define PROC_SUBDIR(name_, perm_, dir_)                                                            \
	{                                                                                          \
		.name = (name_), .mode = LX_S_IFDIR | (perm_), .dir = &(dir_)                      \
	}

/* What all processes together have used and do. Times in ns. */
struct proc_totals {
	uint64_t user_ns, system_ns;
	uint32_t nthreads, nrunning, nblocked;
	uint64_t nswitches;
};

/* One filesystem. Key: [I]; [a]; [l] lock */
struct procfs {
	struct lock lock;  /* RANK_LEAF */
	uint64_t made_tsc; /* [I] proc_cycles when it was made, for the speed of the processors */
	int64_t made_ns;   /* [I] monotonic */
	uint64_t user_ns, system_ns;   /* [l] the highest totals that were told */
	struct kernel *k;              /* [I] */
	const struct proc_entry *root; /* [I] */
	uint64_t file_size;            /* [I] what stat(2) says of files: 0, or a page in sysfs */
};

/* Key: all [I] */
struct proc_node {
	struct inode inode;
	const struct proc_entry *entry;
	struct thread_group *tg; /* one reference; NULL outside of /proc/[pid] */
	int32_t tid;
	uint64_t number;
};

static inline struct proc_node *proc_node_of(struct inode *i)
{
	return container_of(i, struct proc_node, inode);
}

/* node.c */

/* The node of an entry below `parent` (NULL: the root). t and number: as in the inode. Caller owns.
 * -ENOMEM. */
MUST_CHECK int proc_node_new(struct superblock *sb, struct inode *parent,
			     const struct proc_entry *e, const struct name *name, struct task *t,
			     uint64_t number, struct inode **ret);
/* What to tell the entry's functions. -ESRCH: the process is gone. proc_at_fini afterwards, also
 * after -ESRCH. */
MUST_CHECK int proc_at_init(struct proc_at *at, struct ctx *ctx, struct inode *i);
void proc_at_fini(struct proc_at *at);
DEFINE_AUTO_INPLACE(struct proc_at, proc_at_fini)
/* The entry's rule: -EACCES. */
MUST_CHECK int proc_check_rule(const struct proc_at *at, const struct proc_entry *e);
uint64_t proc_child_ino(uint64_t parent, const char *name, size_t len);
/* The text of a file or link. */
MUST_CHECK int proc_text(const struct proc_at *at, const struct proc_entry *e, struct strbuf *sb);
/* The thread that looks; NULL: the kernel itself. Borrowed. */
struct task *proc_caller(struct ctx *ctx);

/* dir.c */
MUST_CHECK int proc_dir_open(struct file *f);

/* seq.c */
MUST_CHECK int proc_file_open(struct ctx *ctx, struct inode *i, struct file *f);

/* totals.c: never less than what was told before */
void proc_totals_get(const struct proc_at *at, struct proc_totals *ret);

/* system.c, x86_64/cpuinfo.c: files of the root */
int proc_show_stat_all(const struct proc_at *at, struct strbuf *sb);
int proc_show_uptime(const struct proc_at *at, struct strbuf *sb);
int proc_show_loadavg(const struct proc_at *at, struct strbuf *sb);
int proc_show_meminfo(const struct proc_at *at, struct strbuf *sb);
/* What of a limit of memory is used, at most all of it; what is free to be used: of the host's, or
 * of the limit. */
uint64_t proc_memory_used(const struct kernel *k);
uint64_t proc_memory_free(const struct kernel *k, const struct host_memory *mem);
int proc_show_vmstat(const struct proc_at *at, struct strbuf *sb);
int proc_show_cpuinfo(const struct proc_at *at, struct strbuf *sb);
/* The processor's counter of cycles. */
uint64_t proc_cycles(void);

/* sysctl.c */
extern const struct proc_dir proc_sys_dir;
extern const struct proc_dir proc_sys_net_dir; /* sysctl_net.c */
extern const struct proc_dir proc_sysvipc_dir;

/* cpus.c: sets of processors, as "ff,ffffffff" (of ncpus) and as "0-3,7" */
void proc_add_cpu_mask(struct strbuf *sb, const uint64_t *set, uint32_t ncpus);
void proc_add_cpu_list(struct strbuf *sb, const uint64_t *set, size_t nwords);
/* The highest number of a processor that tasks may use, plus one. */
uint32_t proc_cpu_count(const struct kernel *k);
/* The lowest processor >= from; false: none. */
bool proc_next_cpu(const struct kernel *k, uint64_t from, uint64_t *ret);

/* number.c: text that guests write, white space around it allowed. -EINVAL, -ERANGE */
MUST_CHECK int proc_parse_int(const char *text, int64_t lo, int64_t hi, int64_t *ret);

/* root.c, pid.c, sysfs.c: where the trees begin */
extern const struct proc_entry proc_root;
extern const struct proc_numbers proc_pids;
extern const struct proc_entry sysfs_root;
extern const struct proc_entry cgroupfs_root; /* cgroup.c */
