/* SPDX-License-Identifier: Apache-2.0 */
/* Requests and answers survive a socket, and nothing malformed is taken. */
#include "base/test.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "host/fd.h"
#include "host/io.h"
#include "wire/request.h"

static char arg[] = "/bin/id", cwd[] = "/", none[] = "no such program";
static char *args[] = {arg};

static void pair(int ret[2])
{
	EXPECT_EQ(host_socketpair(SOCK_STREAM, ret), 0);
}

static void close_pair(const int s[2])
{
	host_close(s[0]);
	host_close(s[1]);
}

/* What was asked, as the other side reads it. */
static struct control_msg carry(const struct request *q, const int *fds, size_t nfds)
{
	struct control_msg m = {0};
	int s[2];

	pair(s);
	EXPECT_EQ(request_send(s[0], q, fds, nfds), 0);
	EXPECT_EQ(control_recv(s[1], &m), 1);
	close_pair(s);
	return m;
}

TEST(an_exec_brings_its_process_and_its_descriptors)
{
	struct request q = {.tag = 7,
			    .op = REQUEST_EXEC,
			    .process = {.argv = {args, 1}, .cwd = cwd, .uid = 5, .nfds = 0}};
	AUTO(request_fini) struct request got = {0};
	const int fds[] = {0, 1, 2};
	struct control_msg m = carry(&q, fds, 3);

	EXPECT_EQ(m.type, CONTROL_REQUEST);
	EXPECT_EQ(m.nfds, 3);
	EXPECT_EQ(request_decode(m.payload, m.len, &got), 0);
	EXPECT_EQ(got.tag, 7);
	EXPECT_EQ(got.op, REQUEST_EXEC);
	EXPECT_EQ(got.process.uid, 5);
	EXPECT_STREQ(got.process.argv.v[0], "/bin/id");
	control_msg_fini(&m);
}

TEST(every_operation_comes_back_with_its_arguments)
{
	for (unsigned op = REQUEST_STATE; op <= REQUEST_LAST; op++) {
		struct request q = {.tag = op, .op = (enum request_op)op, .pid = 3};
		AUTO(request_fini) struct request got = {0};
		struct control_msg m;

		q.whom = REQUEST_WHOM_FOREGROUND;
		q.signo = 15;
		q.rows = 24;
		q.process = (struct plan_process){.argv = {args, 1}, .cwd = cwd};
		q.limits.pids_max = 9;
		m = carry(&q, NULL, 0);
		EXPECT_EQ(request_decode(m.payload, m.len, &got), 0);
		EXPECT_EQ(got.op, op);
		if (op == REQUEST_KILL) {
			EXPECT_EQ(got.whom, REQUEST_WHOM_FOREGROUND);
			EXPECT_EQ(got.signo, 15);
		}
		if (op == REQUEST_UPDATE)
			EXPECT_EQ(got.limits.pids_max, 9);
		if (op == REQUEST_WINSIZE)
			EXPECT_EQ(got.rows, 24);
		if (op == REQUEST_WAIT || op == REQUEST_KILL || op == REQUEST_WINSIZE)
			EXPECT_EQ(got.pid, 3);
		control_msg_fini(&m);
	}
}

TEST(requests_that_make_no_sense_are_refused)
{
	struct request q = {.op = REQUEST_KILL, .signo = 15}, got = {0};
	struct control_msg m = carry(&q, NULL, 0);
	uint8_t *bytes = m.payload;

	for (size_t n = 0; n < m.len; n++)
		EXPECT_ERR(request_decode(bytes, n, &got), EBADMSG);
	bytes[8] = REQUEST_LAST + 1;
	EXPECT_ERR(request_decode(bytes, m.len, &got), EBADMSG);
	bytes[8] = REQUEST_PAUSE; /* what follows is not its own */
	EXPECT_ERR(request_decode(bytes, m.len, &got), EBADMSG);
	control_msg_fini(&m);
	q = (struct request){.op = REQUEST_WAIT, .pid = -1};
	m = carry(&q, NULL, 0);
	EXPECT_ERR(request_decode(m.payload, m.len, &got), EBADMSG);
	control_msg_fini(&m);
}

TEST(another_version_is_told_apart_and_its_tag_is_known)
{
	struct request q = {.tag = 77, .op = REQUEST_PS}, got = {0};
	struct control_msg m = carry(&q, NULL, 0);

	((uint8_t *)m.payload)[0]++;
	EXPECT_ERR(request_decode(m.payload, m.len, &got), EPROTO);
	EXPECT_EQ(got.tag, 77);
	control_msg_fini(&m);
}

static int call(const struct request *q, const struct answer *a, struct answer *ret)
{
	int s[2], r;

	pair(s);
	EXPECT_EQ(answer_send(s[1], a), 0); /* it waits in the socket */
	r = request_call(s[0], q, NULL, 0, ret);
	close_pair(s);
	return r;
}

TEST(processes_come_back_by_name)
{
	struct answer_process p[] = {
		{.pid = 1, .name = "init", .start_ns = -5, .rss_bytes = 1u << 30},
		{.pid = 8, .ppid = 1, .origin = 8, .name = "sh", .state = 'S'}};
	struct request q = {.tag = 2, .op = REQUEST_PS};
	struct answer a = {.tag = 2, .op = REQUEST_PS, .nprocesses = 2, .processes = p};
	AUTO(answer_fini) struct answer got = {0};

	EXPECT_EQ(call(&q, &a, &got), 0);
	EXPECT_EQ(got.nprocesses, 2);
	EXPECT_STREQ(got.processes[0].name, "init");
	EXPECT_EQ(got.processes[0].start_ns, -5);
	EXPECT_EQ(got.processes[1].origin, 8);
	EXPECT_EQ(got.processes[1].state, 'S');
}

TEST(an_error_says_why_and_nothing_else)
{
	struct request q = {
		.tag = 3, .op = REQUEST_EXEC, .process = {.argv = {args, 1}, .cwd = cwd}};
	struct answer a = {.tag = 3,
			   .op = REQUEST_EXEC,
			   .error = -ENOENT,
			   .why = CONTROL_NOT_FOUND,
			   .text = none,
			   .pid = 5};
	AUTO(answer_fini) struct answer got = {0};

	EXPECT_EQ(call(&q, &a, &got), 0);
	EXPECT_EQ(got.error, -ENOENT);
	EXPECT_EQ(got.why, CONTROL_NOT_FOUND);
	EXPECT_STREQ(got.text, "no such program");
	EXPECT_EQ(got.pid, 0);
}

TEST(an_answer_to_another_question_is_not_taken)
{
	struct request q = {.tag = 3, .op = REQUEST_PAUSE};
	struct answer a = {.tag = 4, .op = REQUEST_PAUSE}, got = {0};

	EXPECT_ERR(call(&q, &a, &got), EBADMSG);
	a = (struct answer){.tag = 3, .op = REQUEST_RESUME};
	EXPECT_ERR(call(&q, &a, &got), EBADMSG);
}

TEST(a_sandbox_that_is_gone_is_told)
{
	struct request q = {.op = REQUEST_STATE};
	struct answer got = {0};
	int s[2];

	pair(s);
	host_close(s[1]);
	EXPECT_ERR(request_call(s[0], &q, NULL, 0, &got), EPIPE);
	host_close(s[0]);
}

TEST(who_knocks_has_a_connection_of_his_own)
{
	int door[2], ours, theirs;
	char byte = 0;

	EXPECT_EQ(host_socketpair(SOCK_DGRAM, door), 0);
	ours = control_knock(door[0]);
	theirs = control_admit(door[1]);
	EXPECT_TRUE(ours >= 0 && theirs >= 0);
	EXPECT_EQ(host_write_all(theirs, "x", 1), 0);
	EXPECT_EQ(host_read_all(ours, &byte, 1), 0);
	EXPECT_EQ(byte, 'x');
	host_close(ours);
	host_close(theirs);
	close_pair(door);
}

TEST(a_knock_without_a_connection_is_refused)
{
	int door[2];

	EXPECT_EQ(host_socketpair(SOCK_DGRAM, door), 0);
	EXPECT_EQ(host_send_fds(door[0], "", 1, NULL, 0, 0), 1);
	EXPECT_ERR(control_admit(door[1]), EBADMSG);
	const int two[] = {0, 1};
	EXPECT_EQ(host_send_fds(door[0], "", 1, two, 2, 0), 1);
	EXPECT_ERR(control_admit(door[1]), EBADMSG);
	close_pair(door);
}

TEST_MAIN()
