/* SPDX-License-Identifier: Apache-2.0 */
/* What the system call log writes, for calls of tasks that are made up here over the fake
 * platform's memory. */
#include "sentry/sys/strace.h"

#include <fcntl.h>
#include <sys/mman.h>

#include "abi/dirent.h"
#include "abi/errno.h"
#include "abi/fcntl.h"
#include "abi/signal.h"
#include "abi/socket.h"
#include "abi/unistd.h"
#include "base/test.h"
#include "sentry/mm/test_world.h"
#include "sentry/sys/strace_priv.h"
#include "sentry/task/task.h"

#define TEXT_MAX 16384

static struct world world;
static struct task one, two;
static const struct kernel_trace *trace;
static int log_file;
static char text[TEXT_MAX];
static uint64_t mem;

static void begin(void)
{
	int fd;

	world_begin(&world, 0);
	mem = (uint64_t)world_map(&world, 0, 4 * PAGE, RW, ANON);
	one = (struct task){.mm = world.mm, .call_nr = UINT64_MAX};
	two = (struct task){.mm = world.mm, .call_nr = UINT64_MAX};
	one.ctx.tid = 7;
	two.ctx.tid = 8;
	log_file = memfd_create("log", MFD_CLOEXEC);
	fd = fcntl(log_file, F_DUPFD_CLOEXEC, 3);
	EXPECT_TRUE(log_file >= 0 && fd >= 0);
	trace = strace_start(fd);
}

static void end(void)
{
	one.mm = two.mm = NULL;
	trace->ended(&one, 0);
	trace->ended(&two, 0);
	strace_stop();
	close(log_file);
	world_end(&world);
}

/* All that was written since the last look. */
static const char *said(void)
{
	ssize_t n = pread(log_file, text, sizeof(text) - 1, 0);

	EXPECT_TRUE(n >= 0);
	text[n] = '\0';
	EXPECT_EQ(ftruncate(log_file, 0), 0);
	EXPECT_EQ(lseek(log_file, 0, SEEK_SET), 0);
	return text;
}

static void poke(uint64_t addr, const void *p, size_t n)
{
	EXPECT_EQ(copy_out(world.mm, uaddr(addr), p, n), 0);
}

#define ARGS(...)                                                                                  \
	&(struct sysargs)                                                                          \
	{                                                                                          \
		.v = { __VA_ARGS__ }                                                               \
	}

static const char *call(uint64_t nr, const struct sysargs *a, long ret)
{
	trace->strace_enter(&one, nr, a);
	trace->strace_exit(&one, nr, a, ret);
	return said();
}

TEST(every_row_has_a_format_that_can_be_read)
{
	size_t n;
	const struct sys_row *rows = sys_rows(&n);

	for (size_t i = 0; i < n; i++) {
		const char *error = format_error(rows[i].format);

		if (error)
			print_error("%s: \"%s\": %s\n", rows[i].name, rows[i].format, error);
		EXPECT_TRUE(error == NULL);
	}
}

TEST(a_wrong_format_is_found)
{
	EXPECT_TRUE(format_error("fd, nosuch") != NULL);
	EXPECT_TRUE(format_error("flags:nosuch") != NULL);
	EXPECT_TRUE(format_error("buf[9]") != NULL);
	EXPECT_TRUE(format_error("switch:nosuch") != NULL);
	EXPECT_TRUE(format_error("mode?nosuch") != NULL);
	EXPECT_TRUE(format_error("fd = nosuch") != NULL);
	EXPECT_TRUE(format_error("d, d, d, d, d, d, d") != NULL);
	EXPECT_TRUE(format_error("d,d") != NULL);
}

TEST(results_stand_in_one_column)
{
	begin();
	EXPECT_STREQ(call(LX_SYS_close, ARGS(3), 0),
		     "7     close(3)                          = 0\n");
	EXPECT_STREQ(call(LX_SYS_close, ARGS((uint64_t)-1), -EBADF),
		     "7     close(-1)                         = -1 EBADF (Bad file descriptor)\n");
	EXPECT_STREQ(call(LX_SYS_lseek, ARGS(3, 1000000000000, 1), 1000000000000),
		     "7     lseek(3, 1000000000000, SEEK_CUR) = 1000000000000\n");
	EXPECT_STREQ(call(LX_SYS_getpid, ARGS(0), 7),
		     "7     getpid()                          = 7\n");
	end();
}

TEST(what_a_call_wrote_is_read_when_it_has_ended)
{
	begin();
	trace->strace_enter(&one, LX_SYS_read, ARGS(3, mem, 832));
	poke(mem, "abc", 3);
	trace->strace_exit(&one, LX_SYS_read, ARGS(3, mem, 832), 3);
	EXPECT_STREQ(said(), "7     read(3, \"abc\", 832)               = 3\n");
	end();
}

TEST(memory_that_is_not_there_is_an_address)
{
	begin();
	EXPECT_STREQ(call(LX_SYS_write, ARGS(1, 0x10, 5), -EFAULT),
		     "7     write(1, 0x10, 5)                 = -1 EFAULT (Bad address)\n");
	EXPECT_STREQ(call(LX_SYS_chdir, ARGS(0), -EFAULT),
		     "7     chdir(NULL)                       = -1 EFAULT (Bad address)\n");
	EXPECT_STREQ(call(LX_SYS_poll, ARGS(UINT64_MAX - 7, 3, 0), -EFAULT),
		     "7     poll(0xfffffffffffffff8, 3, 0)    = -1 EFAULT (Bad address)\n");
	end();
}

TEST(strings_are_escaped_and_cut)
{
	begin();
	poke(mem,
	     "a\"b\\\n\1"
	     "2\377",
	     9);
	EXPECT_STREQ(call(LX_SYS_write, ARGS(1, mem, 8), 8),
		     "7     write(1, \"a\\\"b\\\\\\n\\0012\\377\", 8)  = 8\n");
	poke(mem, "0123456789012345678901234567890123456789", 41);
	EXPECT_STREQ(call(LX_SYS_write, ARGS(1, mem, 40), 40),
		     "7     write(1, \"01234567890123456789012345678901\"..., 40) = 40\n");
	EXPECT_STREQ(call(LX_SYS_write, ARGS(1, mem, 32), 32),
		     "7     write(1, \"01234567890123456789012345678901\", 32) = 32\n");
	EXPECT_STREQ(call(LX_SYS_chdir, ARGS(mem), 0),
		     "7     chdir(\"0123456789012345678901234567890123456789\") = 0\n");
	end();
}

TEST(flags_have_names_and_the_rest_is_a_number)
{
	begin();
	poke(mem, "x", 2);
	EXPECT_STREQ(call(LX_SYS_openat,
			  ARGS((uint64_t)LX_AT_FDCWD, mem, LX_O_RDWR | LX_O_CLOEXEC | 0x10000000),
			  3),
		     "7     openat(AT_FDCWD, \"x\", O_RDWR|O_CLOEXEC|0x10000000) = 3\n");
	EXPECT_STREQ(call(LX_SYS_openat, ARGS(5, mem, LX_O_CREAT, 0644), 3),
		     "7     openat(5, \"x\", O_RDONLY|O_CREAT, 0644) = 3\n");
	EXPECT_STREQ(call(LX_SYS_mprotect, ARGS(0x1000, 4096, 0), 0),
		     "7     mprotect(0x1000, 4096, PROT_NONE) = 0\n");
	EXPECT_STREQ(call(LX_SYS_fcntl, ARGS(3, LX_F_GETFL), LX_O_RDWR),
		     "7     fcntl(3, F_GETFL)                 = 0x2 (flags O_RDWR)\n");
	EXPECT_STREQ(call(LX_SYS_fcntl, ARGS(3, 999, 5), -EINVAL),
		     "7     fcntl(3, 0x3e7 /* F_??? */, 0x5)  = -1 EINVAL (Invalid argument)\n");
	end();
}

TEST(an_unknown_number_has_six_arguments)
{
	begin();
	EXPECT_STREQ(
		call(0x1ff, ARGS(1, 2, 3, 4, 5, 0), -ENOSYS),
		"7     syscall_0x1ff(0x1, 0x2, 0x3, 0x4, 0x5, 0) = -1 ENOSYS (Function not implemented)\n");
	EXPECT_STREQ(
		call(UINT64_MAX, ARGS(0), -ENOSYS),
		"7     syscall_0xffffffffffffffff(0, 0, 0, 0, 0, 0) = -1 ENOSYS (Function not implemented)\n");
	end();
}

TEST(another_threads_line_cuts_a_call_in_two)
{
	begin();
	trace->strace_enter(&one, LX_SYS_read, ARGS(0, mem, 3));
	trace->strace_enter(&two, LX_SYS_getpid, ARGS(0));
	trace->strace_exit(&two, LX_SYS_getpid, ARGS(0), 7);
	poke(mem, "abc", 3);
	trace->strace_exit(&one, LX_SYS_read, ARGS(0, mem, 3), 3);
	EXPECT_STREQ(said(), "7     read(0,  <unfinished ...>\n"
			     "8     getpid()                          = 7\n"
			     "7     <... read resumed>\"abc\", 3)       = 3\n");
	end();
}

TEST(a_call_that_may_sleep_is_seen_at_once)
{
	begin();
	trace->strace_enter(&one, LX_SYS_read, ARGS(0, mem, 3));
	EXPECT_STREQ(said(), "7     read(0, ");
	trace->strace_exit(&one, LX_SYS_read, ARGS(0, mem, 3), 0);
	EXPECT_STREQ(said(), "\"\", 3)                    = 0\n");
	trace->strace_enter(&one, LX_SYS_close, ARGS(0));
	EXPECT_STREQ(said(), "");
	trace->strace_exit(&one, LX_SYS_close, ARGS(0), 0);
	(void)said();
	end();
}

TEST(restarts_are_told_by_name)
{
	begin();
	EXPECT_STREQ(
		call(LX_SYS_pause, ARGS(0), -LX_ERESTARTNOHAND),
		"7     pause()                           = ? ERESTARTNOHAND (To be restarted if no handler)\n");
	one.call_nr = LX_SYS_pause;
	EXPECT_STREQ(call(LX_SYS_restart_syscall, ARGS(0), 0),
		     "7     restart_syscall(<... resuming interrupted pause ...>) = 0\n");
	end();
}

TEST(a_thread_that_ends_has_no_result)
{
	lx_siginfo_t info = {.si_signo = LX_SIGCHLD, .si_code = LX_CLD_EXITED};

	begin();
	info._sigchld._pid = 9;
	info._sigchld._status = 3;
	trace->signal(&one, &info);
	EXPECT_STREQ(
		said(),
		"7     --- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=9, si_uid=0, si_status=3, si_utime=0, si_stime=0} ---\n");
	EXPECT_STREQ(call(LX_SYS_exit_group, ARGS(3), 0),
		     "7     exit_group(3)                     = ?\n");
	trace->ended(&one, 3 << 8);
	EXPECT_STREQ(said(), "7     +++ exited with 3 +++\n");
	trace->strace_enter(&two, LX_SYS_read, ARGS(0, mem, 3));
	trace->ended(&two, LX_SIGKILL);
	EXPECT_STREQ(said(), "8     read(0,  <unfinished ...>)        = ?\n"
			     "8     +++ killed by SIGKILL +++\n");
	trace->strace_exit(&two, LX_SYS_read, ARGS(0, mem, 3), -LX_ERESTARTSYS);
	EXPECT_STREQ(said(), "");
	end();
}

TEST(lengths_in_control_messages_are_not_believed)
{
	struct {
		struct lx_cmsghdr h;
		uint8_t data[16];
	} control = {.h = {.cmsg_len = UINT64_MAX,
			   .cmsg_level = LX_SOL_SOCKET,
			   .cmsg_type = LX_SCM_RIGHTS}};
	struct lx_msghdr m = {.msg_control = mem + 512, .msg_controllen = sizeof(control)};

	begin();
	m.msg_control = mem + 512;
	poke(mem, &m, sizeof(m));
	poke(mem + 512, &control, sizeof(control));
	EXPECT_STREQ(
		call(LX_SYS_sendmsg, ARGS(3, mem, 0), 0),
		"7     sendmsg(3, {msg_name=NULL, msg_namelen=0, msg_iov=NULL, msg_iovlen=0, msg_control=[{cmsg_len=18446744073709551615, "
		"cmsg_level=SOL_SOCKET, cmsg_type=SCM_RIGHTS, cmsg_data=[0, 0, 0, 0]}], msg_controllen=32, msg_flags=0}, 0) = 0\n");
	control.h.cmsg_len = 0;
	poke(mem + 512, &control, sizeof(control));
	EXPECT_TRUE(strstr(call(LX_SYS_sendmsg, ARGS(3, mem, 0), 0),
			   "[{cmsg_len=0, cmsg_level=SOL_SOCKET, cmsg_type=SCM_RIGHTS}]") != NULL);
	end();
}

TEST(lists_without_an_end_are_cut)
{
	struct lx_dirent64 entry = {.d_reclen = 0};
	uint64_t self;

	begin();
	poke(mem, &entry, sizeof(entry));
	EXPECT_TRUE(strstr(call(LX_SYS_getdents64, ARGS(3, mem, 4096), 48),
			   "/* 0 entries */, 4096) = 48\n") != NULL);
	self = mem;
	for (unsigned i = 0; i < 4 * PAGE / sizeof(self); i++)
		poke(mem + i * sizeof(self), &self, sizeof(self));
	EXPECT_TRUE(strstr(call(LX_SYS_execve, ARGS(mem, mem, mem), -E2BIG), ", ...], ") != NULL);
	EXPECT_TRUE(strstr(call(LX_SYS_poll, ARGS(mem, UINT64_MAX, 0), -EINVAL),
			   ", ...], 4294967295, 0) = -1 EINVAL") != NULL);
	EXPECT_TRUE(strstr(call(LX_SYS_sched_setaffinity, ARGS(0, UINT64_MAX, mem), -EINVAL),
			   "sched_setaffinity(0, 18446744073709551615, [") != NULL);
	end();
}

/* Whatever a guest passes, each row is printed or cut, and nothing breaks. */
TEST(every_row_survives_bad_arguments)
{
	size_t n;
	const struct sys_row *rows = sys_rows(&n);
	uint8_t bytes[4096];

	begin();
	for (int fill = 0; fill < 3; fill++) {
		memset(bytes, fill == 1 ? 0xff : fill, sizeof(bytes));
		for (uint64_t at = 0; at < 4; at++)
			poke(mem + at * PAGE, bytes, sizeof(bytes));
		for (size_t i = 0; i < n; i++) {
			uint64_t nr = rows[i].nr, last = mem + 4 * PAGE - 8;

			if (nr == LX_SYS_rt_sigreturn)
				continue; /* needs a platform's registers */
			(void)call(nr,
				   ARGS(mem, mem + 256, mem + 512, mem + 768, mem + 1024,
					mem + 1280),
				   fill);
			(void)call(nr,
				   ARGS(mem, mem + 256, mem + 512, mem + 768, mem + 1024,
					mem + 1280),
				   -EINVAL);
			(void)call(nr, ARGS(0, 1, 2, 3, 4, 5), 4096);
			(void)call(nr, ARGS(last, last, last, last, last, last), INT64_MAX);
			(void)call(nr,
				   ARGS(UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX,
					UINT64_MAX),
				   INT64_MIN);
		}
	}
	end();
}

TEST(a_log_that_nobody_can_take_is_given_up)
{
	begin();
	strace_stop();
	trace = strace_start(open("/dev/full", O_WRONLY | O_CLOEXEC));
	EXPECT_STREQ(call(LX_SYS_close, ARGS(3), 0), "");
	EXPECT_STREQ(call(LX_SYS_close, ARGS(3), 0), "");
	end();
}

TEST_MAIN()
