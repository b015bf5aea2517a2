/* SPDX-License-Identifier: Apache-2.0 */
/* Settings in all their forms, from both sides; and what a terminal refuses. */
#include "terminal.h"

#define TCGETS2_ 0x802c542a
#define TCSETS2_ 0x402c542b
#define BOTHER_  0010000

struct termios2_ {
	unsigned iflag, oflag, cflag, lflag;
	unsigned char line, cc[19];
	unsigned ispeed, ospeed;
};

static struct terminal t;

static void defaults(void)
{
	struct termios2_ t2;

	EXPECT_OK(ioctl(t.slave, TCGETS2_, &t2));
	EXPECT_EQ(t2.iflag, ICRNL | IXON);
	EXPECT_EQ(t2.oflag, OPOST | ONLCR);
	EXPECT_EQ(t2.cflag, B38400 | CS8 | CREAD);
	EXPECT_EQ(t2.lflag, ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN);
	EXPECT(memcmp(t2.cc, "\003\034\177\025\004\0\001\0\021\023\032\0\022\017\027\026\0", 17) ==
	       0);
	EXPECT_EQ(t2.ispeed, 38400);
	EXPECT_EQ(t2.ospeed, 38400);
}

static void forms(void)
{
	struct termios2_ t2;
	struct termio {
		unsigned short iflag, oflag, cflag, lflag;
		unsigned char line, cc[8];
	} old;

	EXPECT_OK(ioctl(t.master, TCGETS2_, &t2)); /* the slave's, whoever asks */
	t2.cflag = BOTHER_ | CS5 | PARENB | HUPCL;
	t2.ospeed = 12345;
	t2.cc[VMIN] = 77;
	EXPECT_OK(ioctl(t.master, TCSETS2_, &t2));
	memset(&t2, 0, sizeof(t2));
	EXPECT_OK(ioctl(t.slave, TCGETS2_, &t2));
	EXPECT_EQ(t2.cflag, BOTHER_ | CS8 | CREAD | HUPCL); /* there is no other */
	EXPECT_EQ(t2.ospeed, 12345);
	EXPECT_EQ(t2.ispeed, 12345);
	EXPECT_EQ(t2.cc[VMIN], 77);
	EXPECT_OK(ioctl(t.slave, TCGETA, &old));
	EXPECT_EQ(old.iflag, ICRNL | IXON);
	EXPECT_EQ(old.cc[VKILL], 025);
	old.iflag = INLCR;
	old.cflag = B9600 | CS8 | CREAD;
	old.cc[VKILL] = 'k';
	EXPECT_OK(ioctl(t.slave, TCSETA, &old));
	EXPECT_OK(ioctl(t.slave, TCGETS2_, &t2));
	EXPECT_EQ(t2.iflag, INLCR);
	EXPECT_EQ(t2.cc[VKILL], 'k');
	EXPECT_EQ(t2.cc[VSUSP], 032); /* struct termio does not have it */
	EXPECT_EQ(t2.ospeed, 9600);
}

static void refusals(void)
{
	struct termios tio;
	int n = 3, m = 1;

	EXPECT_ERRNO(ioctl(t.slave, TCGETS, BAD_PTR), EFAULT);
	EXPECT_ERRNO(ioctl(t.slave, TCSETS, BAD_PTR), EFAULT);
	EXPECT_ERRNO(ioctl(t.slave, TCSETS2_, BAD_PTR), EFAULT);
	EXPECT_ERRNO(ioctl(t.slave, FIONREAD, BAD_PTR), EFAULT);
	EXPECT_ERRNO(ioctl(t.slave, TIOCGPTN, &n), ENOTTY);
	EXPECT_ERRNO(ioctl(t.slave, TIOCSPTLCK, &n), ENOTTY);
	EXPECT_ERRNO(ioctl(t.master, TIOCGPTN, BAD_PTR), EFAULT);
	EXPECT_ERRNO(ioctl(t.slave, 0x5499, &n), ENOTTY);
	EXPECT_ERRNO(ioctl(t.slave, TIOCMGET, &n), ENOTTY);
	EXPECT_OK(ioctl(t.slave, TIOCGETD, &n));
	EXPECT_EQ(n, 0);
	EXPECT_OK(ioctl(t.slave, TIOCSETD, &n));
	n = 99;
	EXPECT_ERRNO(ioctl(t.slave, TIOCSETD, &n), EINVAL);
	EXPECT_OK(tcsendbreak(t.slave, 0));
	EXPECT_ERRNO(lseek(t.slave, 0, SEEK_SET), ESPIPE);
	EXPECT_ERRNO(pread(t.slave, &n, 1, 0), ESPIPE);
	EXPECT(mmap(NULL, 4096, PROT_READ, MAP_SHARED, t.slave, 0) == MAP_FAILED);
	EXPECT_EQ(errno, ENODEV);
	EXPECT_OK(ioctl(t.slave, TIOCEXCL));
	EXPECT_OK(ioctl(t.slave, TIOCGEXCL, &m));
	EXPECT_EQ(m, 1);
	pid_t pid = guest_fork();
	if (pid == 0) {
		EXPECT_OK(chmod(t.name, 0666));
		EXPECT_OK(setresuid(1000, 1000, 1000));
		EXPECT_ERRNO(open(t.name, O_RDWR | O_NOCTTY), EBUSY);
		EXPECT(ioctl(t.slave, TIOCSTI, "x") == -1 && (errno == EPERM || errno == EIO));
		EXPECT_ERRNO(ioctl(t.slave, 0x5437 /* TIOCVHANGUP */), EPERM);
		_exit(0);
	}
	EXPECT_EXIT(pid, 0);
	EXPECT_OK(ioctl(t.slave, TIOCNXCL));
	EXPECT_OK(tcgetattr(t.slave, &tio));
	EXPECT_EQ(isatty(t.master), 1);
}

int main(void)
{
	char name[64], link[64], proc[64];

	terminal_open(&t);
	defaults();
	forms();
	refusals();
	EXPECT_EQ(ttyname_r(t.slave, name, sizeof(name)), 0);
	EXPECT_STR(name, t.name);
	snprintf(proc, sizeof(proc), "/proc/self/fd/%d", t.slave);
	ssize_t n = EXPECT_OK(readlink(proc, link, sizeof(link) - 1));
	link[n] = 0;
	EXPECT_STR(link, t.name);
	terminal_close(&t);
	return 0;
}
