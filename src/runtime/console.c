/* SPDX-License-Identifier: Apache-2.0 */
/* openpty without a libc that loads libraries: /dev/ptmx, TIOCGPTPEER, or the name in /dev/pts. */
#include "runtime/console.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

#include "host/fd.h"
#include "runtime/runtime.h"

static struct termios saved;
static bool is_saved;

static int open_slave(int master)
{
	int fd = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	char path[32];
	unsigned number;

	if (fd >= 0)
		return fd;
	if (ioctl(master, TIOCGPTN, &number) < 0)
		return -errno;
	(void)snprintf(path, sizeof(path), "/dev/pts/%u", number);
	return host_open(AT_FDCWD, path, O_RDWR | O_NOCTTY, 0);
}

int console_open(unsigned rows, unsigned cols, struct console *ret)
{
	struct console c = {.master = host_open(AT_FDCWD, "/dev/ptmx", O_RDWR | O_NOCTTY, 0),
			    .slave = -1};
	struct winsize ws = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols};
	int unlock = 0, r = c.master < 0 ? c.master : 0;

	if (r == 0 && ioctl(c.master, TIOCSPTLCK, &unlock) < 0)
		r = -errno;
	if (r == 0)
		c.slave = r = open_slave(c.master);
	if (r >= 0 && rows > 0 && cols > 0 && ioctl(c.master, TIOCSWINSZ, &ws) < 0)
		r = -errno;
	if (r < 0) {
		tell_errno(-r, "making a terminal for the container (/dev/ptmx)");
		console_fini(&c);
		return r;
	}
	*ret = c;
	return 0;
}

void console_fini(struct console *c)
{
	host_close(c->master);
	host_close(c->slave);
	*c = (struct console){-1, -1};
}

int console_send(const struct console *c, const char *path)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	AUTO(host_close_fd) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	static const char name[] = "/dev/ptmx";
	ssize_t n;
	int r = fd < 0 ? -errno : 0;

	if (strlen(path) >= sizeof(a.sun_path))
		r = -ENAMETOOLONG;
	else
		memcpy(a.sun_path, path, strlen(path));
	if (r == 0 && connect(fd, (const struct sockaddr *)(const void *)&a, sizeof(a)) < 0)
		r = -errno;
	if (r == 0) {
		n = host_send_fds(fd, name, sizeof(name) - 1, &c->master, 1, 0);
		r = n < 0 ? (int)n : 0;
	}
	if (r < 0)
		tell_errno(-r, "handing the terminal to --console-socket %s", path);
	return r;
}

void console_resize(const struct console *c)
{
	struct winsize ws;

	if (ioctl(STDIN_FILENO, TIOCGWINSZ, &ws) == 0)
		(void)ioctl(c->master, TIOCSWINSZ, &ws);
}

int console_raw(const struct console *c)
{
	struct termios raw;

	if (tcgetattr(STDIN_FILENO, &saved) < 0)
		return errno == ENOTTY ? 0 : -errno;
	raw = saved;
	cfmakeraw(&raw);
	if (tcsetattr(STDIN_FILENO, TCSANOW, &raw) < 0)
		return -errno;
	is_saved = true;
	console_resize(c);
	return 0;
}

void console_restore(void)
{
	if (is_saved)
		(void)tcsetattr(STDIN_FILENO, TCSANOW, &saved);
	is_saved = false;
}
