/* SPDX-License-Identifier: Apache-2.0 */
/* /proc/[pid]/status: who a process is, for people to read. */
#include <errno.h>
#include <string.h>

#include "sentry/core/cred.h"
#include "sentry/proc/pid_priv.h"
#include "sentry/vfs/fdtable.h"
#include "sentry/vfs/namei.h"

typedef unsigned long long ull;

static const char *state_word(char state)
{
	switch (state) {
	case 'R':
		return "R (running)";
	case 'S':
		return "S (sleeping)";
	case 'D':
		return "D (disk sleep)";
	case 'T':
		return "T (stopped)";
	case 't':
		return "t (tracing stop)";
	case 'Z':
		return "Z (zombie)";
	default:
		return "X (dead)";
	}
}

/* A name of a program, with the characters that would break a line or a parser written as Linux
 * writes them. */
static void add_name(struct strbuf *sb, const char *s)
{
	for (; *s; s++) {
		if (*s == '\n')
			strbuf_adds(sb, "\\n");
		else if (*s == '\\')
			strbuf_adds(sb, "\\\\");
		else
			strbuf_addc(sb, *s);
	}
}

static void show_identity(const struct proc_status *s, struct strbuf *sb)
{
	const struct task_info *i = &s->info;

	strbuf_adds(sb, "Name:\t");
	add_name(sb, i->comm);
	strbuf_addc(sb, '\n');
	if (s->has_umask)
		strbuf_addf(sb, "Umask:\t%04o\n", s->umask);
	strbuf_addf(sb, "State:\t%s\nTgid:\t%d\nNgid:\t0\nPid:\t%d\nPPid:\t%d\nTracerPid:\t%d\n",
		    state_word(i->state), i->tgid, i->tid, i->ppid, s->tracer);
	strbuf_addf(sb, "Uid:\t%u\t%u\t%u\t%u\n", i->uid[0], i->uid[1], i->uid[2], i->uid[3]);
	strbuf_addf(sb, "Gid:\t%u\t%u\t%u\t%u\n", i->gid[0], i->gid[1], i->gid[2], i->gid[3]);
	strbuf_addf(sb, "FDSize:\t%u\nGroups:\t", s->fd_size);
	for (uint32_t g = 0; g < s->cred->ngroups; g++)
		strbuf_addf(sb, g > 0 ? " %u" : "%u", s->cred->groups[g]);
	strbuf_addf(sb, " \nNStgid:\t%d\nNSpid:\t%d\nNSpgid:\t%d\nNSsid:\t%d\nKthread:\t0\n",
		    i->tgid, i->tid, i->pgrp, i->sid);
}

static void show_memory(const struct proc_status *s, struct strbuf *sb)
{
	const struct proc_memory *m = &s->memory;
	const struct {
		const char *name;
		uint64_t bytes;
	} lines[] = {
		{"VmPeak", m->peak},
		{"VmSize", m->total},
		{"VmLck", m->locked},
		{"VmPin", 0},
		{"VmHWM", m->peak_rss},
		{"VmRSS", m->resident},
		{"RssAnon", m->resident},
		{"RssFile", 0},
		{"RssShmem", 0},
		{"VmData", m->data},
		{"VmStk", m->stack},
		{"VmExe", m->text},
		{"VmLib", m->lib},
		{"VmPTE", 0},
		{"VmSwap", 0},
		{"HugetlbPages", 0},
	};

	if (!m->present)
		return;
	for (size_t l = 0; l < ARRAY_SIZE(lines); l++)
		strbuf_addf(sb, "%s:\t%8llu kB\n", lines[l].name, (ull)lines[l].bytes / 1024);
	strbuf_addf(sb, "CoreDumping:\t0\nTHP_enabled:\t%d\nuntag_mask:\t0xffffffffffffffff\n",
		    !s->thp_disabled);
}

static void show_signals(const struct proc_status *s, struct strbuf *sb)
{
	const struct task_info *i = &s->info;
	const struct cred *c = s->cred;

	strbuf_addf(sb, "Threads:\t%u\nSigQ:\t%llu/%llu\n", i->nthreads, (ull)i->nsigqueue,
		    (ull)i->sigqueue_limit);
	strbuf_addf(
		sb,
		"SigPnd:\t%016llx\nShdPnd:\t%016llx\nSigBlk:\t%016llx\nSigIgn:\t%016llx\nSigCgt:\t%016llx\n",
		(ull)i->pending, (ull)i->shared_pending, (ull)i->blocked, (ull)i->ignored,
		(ull)i->caught);
	strbuf_addf(
		sb,
		"CapInh:\t%016llx\nCapPrm:\t%016llx\nCapEff:\t%016llx\nCapBnd:\t%016llx\nCapAmb:\t%016llx\n",
		(ull)c->cap_inheritable, (ull)c->cap_permitted, (ull)c->cap_effective,
		(ull)c->cap_bounding, (ull)c->cap_ambient);
	strbuf_addf(sb, "NoNewPrivs:\t%d\nSeccomp:\t%d\nSeccomp_filters:\t%u\n", i->no_new_privs,
		    i->seccomp_mode, i->seccomp_filters);
}

/* Differs: what the host's kernel does against speculation is not ours to know. */
static void show_processors(const struct proc_status *s, struct strbuf *sb)
{
	const struct task_info *i = &s->info;

	strbuf_adds(
		sb,
		"Speculation_Store_Bypass:\tunknown\nSpeculationIndirectBranch:\tunknown\nCpus_allowed:\t");
	proc_add_cpu_mask(sb, i->cpus, s->ncpus);
	strbuf_adds(sb, "\nCpus_allowed_list:\t");
	proc_add_cpu_list(sb, i->cpus, ARRAY_SIZE(i->cpus));
	strbuf_adds(sb, "\nMems_allowed:\t00000000,00000001\nMems_allowed_list:\t0\n");
	strbuf_addf(sb, "voluntary_ctxt_switches:\t%llu\nnonvoluntary_ctxt_switches:\t%llu\n",
		    (ull)i->thread.nvcsw, (ull)i->thread.nivcsw);
}

void proc_format_status(const struct proc_status *s, struct strbuf *sb)
{
	show_identity(s, sb);
	show_memory(s, sb);
	show_signals(s, sb);
	show_processors(s, sb);
}

/* What the rest of the picture needs, and nobody may take references to under the locks of a read. */
static void fill_shared(struct proc_status *s, struct task *t)
{
	GUARD(&t->tg->lock);
	s->fd_size = t->fds ? fdtable_capacity(t->fds) : 0;
	s->has_umask = t->fs != NULL;
	s->umask = t->fs ? t->fs->umask : 0;
	s->thp_disabled = t->thp_disable;
}

int proc_show_status(const struct proc_at *at, struct strbuf *sb)
{
	AUTO(cred_put) const struct cred *cred = task_cred_get(at->task);
	struct proc_status s = {.cred = cred, .ncpus = proc_cpu_count(at->k)};

	proc_info(at, &s.info);
	proc_memory_of(at, &s.memory);
	fill_shared(&s, at->task);
	proc_format_status(&s, sb);
	return 0;
}
