/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Telling processes of earlier commands from strangers that have got their pid since: proc(5),
 * /proc/PID/stat, the field starttime.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "host/fd.h"
#include "host/io.h"
#include "host/proc.h"
#include "runtime/record.h"

/* State letter and time of start. The name of the program stands in parentheses and may hold any. */
static int read_stat(pid_t pid, char *ret_state, uint64_t *ret_start)
{
	AUTO(host_close_fd) int fd = -1;
	char path[32], text[1024], *at;
	unsigned long long start;
	ssize_t n;

	(void)snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	fd = host_open(AT_FDCWD, path, O_RDONLY, 0);
	n = fd < 0 ? fd : host_read(fd, text, sizeof(text) - 1);
	if (n <= 0)
		return -ESRCH;
	text[n] = 0;
	at = strrchr(text, ')');
	if (!at ||
	    sscanf(at + 1,
		   " %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu",
		   ret_state, &start) != 2)
		return -ESRCH;
	*ret_start = start;
	return 0;
}

int process_identify(pid_t pid, struct process_id *ret)
{
	struct process_id id = {.pid = pid};
	char state;
	int r = pid > 0 ? read_stat(pid, &state, &id.start) : -ESRCH;

	if (r == 0)
		*ret = id;
	return r;
}

bool process_lives(const struct process_id *p)
{
	uint64_t start;
	char state;

	if (p->pid <= 0 || read_stat(p->pid, &state, &start) < 0)
		return false;
	return start == p->start && state != 'Z' && state != 'X' && state != 'x';
}

void process_kill_child(pid_t pid)
{
	struct host_exit end;

	if (host_kill(pid, SIGKILL) < 0 || host_wait(pid, &end) < 0)
		log_warn("process %d is no child of ours", pid);
}

/* A pidfd that was opened while the process was the right one stays with it. */
int process_signal(const struct process_id *p, int signo)
{
	AUTO(host_close_fd) int pidfd = p->pid > 0 ? host_pidfd_open(p->pid) : -ESRCH;

	if (!process_lives(p))
		return -ESRCH;
	if (pidfd >= 0)
		return host_pidfd_kill(pidfd, signo);
	return pidfd == -ENOSYS || pidfd == -EPERM ? host_kill(p->pid, signo) : pidfd;
}
