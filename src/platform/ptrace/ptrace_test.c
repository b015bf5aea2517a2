/* SPDX-License-Identifier: Apache-2.0 */
/* What is true of the ptrace platform alone; src/platform/conformance tests the contract. */
#include "platform/test_guest.h"

#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include <linux/filter.h>
#include <linux/seccomp.h>

#include "base/check.h"
#include "platform/ptrace/ptrace_priv.h"

static long count_lines(const char *path)
{
	FILE *f = fopen(path, "re");
	char line[512];
	long n = 0;

	EXPECT_TRUE(f != NULL);
	while (fgets(line, sizeof(line), f))
		n += !strstr(line, "[vsyscall]");
	fclose(f);
	return n;
}

TEST(fresh_stub_owns_two_pages_and_one_socket)
{
	struct guest g;
	char path[64];
	DIR *dir;
	int nfds = 0;

	guest_platform(&g, &platform_ptrace);
	EXPECT_EQ(g.ops->aspace_new(g.p, &g.as), 0);
	snprintf(path, sizeof(path), "/proc/%d/maps", g.as->pid);
	EXPECT_EQ(count_lines(path), 2);
	snprintf(path, sizeof(path), "/proc/%d/fd", g.as->pid);
	dir = opendir(path);
	EXPECT_TRUE(dir != NULL);
	for (struct dirent *e = readdir(dir); e; e = readdir(dir))
		nfds += e->d_name[0] != '.';
	closedir(dir);
	EXPECT_EQ(nfds, 1);
	g.ops->aspace_free(g.as);
	g.ops->fini(g.p);
}

static int make_file(const char *text)
{
	int fd = memfd_create("test", MFD_CLOEXEC);

	EXPECT_TRUE(fd >= 0);
	EXPECT_EQ(write(fd, text, strlen(text)), strlen(text));
	return fd;
}

/* The stub's data page is the guest's to write. It loses its own mapping by that, and nobody
 * else's. */
TEST(ruined_message_header_costs_only_a_mapping)
{
	struct guest g;
	int fd = make_file("hello"), other = make_file("other");
	struct plat_cmd cmd = {.op = PLAT_MAP,
			       .addr = 0x30000000,
			       .len = 4096,
			       .prot = PROT_READ,
			       .flags = MAP_SHARED};
	struct iovec page = {(void *)(PLAT_GUEST_TOP + 4096), 4096}, saved, junk;
	char was[4096], bad[4096], buf[6] = {0};
	pid_t pid;

	guest_start(&g, &platform_ptrace, code_spin);
	pid = g.as->pid;
	saved = (struct iovec){was, sizeof(was)};
	junk = (struct iovec){bad, sizeof(bad)};
	EXPECT_EQ(process_vm_readv(pid, &saved, 1, &page, 1, 0), 4096);
	for (int fill = 0; fill <= 255; fill += 51) {
		memset(bad, fill, sizeof(bad));
		EXPECT_EQ(process_vm_writev(pid, &junk, 1, &page, 1, 0), 4096);
		cmd.fd = fd;
		EXPECT_TRUE(g.ops->run(g.pc, &cmd, 1) < 0);
	}
	EXPECT_EQ(process_vm_writev(pid, &saved, 1, &page, 1, 0), 4096);
	cmd.fd = other;
	EXPECT_EQ(g.ops->run(g.pc, &cmd, 1), 0);
	EXPECT_EQ(guest_read(&g, cmd.addr, buf, 5), 5);
	EXPECT_STREQ(buf, "other");
	guest_end(&g);
	close(fd);
	close(other);
}

TEST(dead_template_makes_no_address_space)
{
	struct guest g;

	guest_platform(&g, &platform_ptrace);
	kill(g.p->template, SIGKILL);
	EXPECT_EQ(g.ops->aspace_new(g.p, &g.as), -EAGAIN);
	g.ops->fini(g.p);
}

TEST(dead_template_has_a_spare_once_it_was_used)
{
	struct guest g;

	guest_platform(&g, &platform_ptrace);
	for (int i = 0; i < 3; i++) {
		EXPECT_EQ(g.ops->aspace_new(g.p, &g.as), 0);
		g.ops->aspace_free(g.as);
		kill(g.p->template, SIGKILL);
	}
	EXPECT_EQ(g.ops->aspace_new(g.p, &g.as), 0);
	g.ops->aspace_free(g.as);
	g.ops->fini(g.p);
	EXPECT_EQ(waitpid(-1, NULL, __WALL | WNOHANG), -1);
}

/* In a child: make the host refuse one call, and see what init says. */
static bool init_blames(int nr, const char *word)
{
	struct sock_filter program[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)nr, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = {ARRAY_SIZE(program), program};
	pid_t pid = fork();
	int status = 0;

	if (pid == 0) {
		struct platform *p;
		const char *why = "";

		check(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
		check(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog) == 0);
		if (platform_ptrace.init(&p, &why) >= 0)
			_exit(1);
		_exit(strstr(why, word) && waitpid(-1, NULL, __WALL) < 0 ? 0 : 2);
	}
	EXPECT_EQ(waitpid(pid, &status, 0), pid);
	return status == 0;
}

TEST(init_names_the_host_call_that_is_refused)
{
	EXPECT_TRUE(init_blames(SYS_ptrace, "ptrace(SEIZE)"));
	EXPECT_TRUE(init_blames(SYS_process_vm_readv, "process_vm_readv"));
	EXPECT_TRUE(init_blames(SYS_socketpair, "socketpair"));
	EXPECT_TRUE(init_blames(SYS_setsid, "setsid"));
	EXPECT_TRUE(init_blames(SYS_capset, "capset"));
	EXPECT_TRUE(init_blames(SYS_seccomp, "seccomp"));
	EXPECT_TRUE(init_blames(SYS_munmap, "munmap"));
}

TEST_MAIN()
