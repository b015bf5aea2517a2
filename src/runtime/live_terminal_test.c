/* SPDX-License-Identifier: Apache-2.0 */
/* Terminals of whole sandboxes: the console, those of programs beside init, windows. */
#include "runtime/test_live.h"

static int open_pty(int *ret_slave)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	char name[64];

	EXPECT_TRUE(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
	EXPECT_EQ(ptsname_r(master, name, sizeof(name)), 0);
	*ret_slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
	return master;
}

TEST(a_terminal_has_a_name_a_size_and_is_the_console)
{
	struct live *l;
	int slave, master;
	char *text;

	make_root();
	l = calloc(1, sizeof(*l));
	master = open_pty(&slave);
	fill_plan(l, "tty; stty size; test -c /dev/console && echo console; "
		     "echo through >/dev/tty; exec 0<&- 1>&- 2>&-");
	l->plan.process.flags |= PLAN_TERMINAL;
	l->plan.process.rows = 33;
	l->plan.process.cols = 77;
	spawn(l, slave, slave);
	host_close(slave);
	expect_message(l, CONTROL_STARTED);
	l->conn = control_knock(l->knocks);
	l->out = -1;
	EXPECT_EQ(tell(l, REQUEST_START), 0);
	text = read_text(master, "through");
	expect_text(text, "/dev/pts/0\r\n33 77\r\nconsole\r\n");
	expect_text(text, "through");
	EXPECT_EQ(expect_message(l, CONTROL_EXITED), 0);
	host_close(master);
	finish(l);
}

static void run_on_terminal(struct live *l, struct request *q, const char *name)
{
	AUTO(answer_fini) struct answer a = {0};
	int slave, master = open_pty(&slave);
	const int fds[] = {slave, slave, slave};

	EXPECT_EQ(request_call(l->conn, q, fds, 3, &a), 0);
	EXPECT_EQ(a.error, 0);
	host_close(slave);
	expect_text(read_text(master, "pts"), name);
	EXPECT_EQ(wait_for(l, a.pid), 0);
	/* Nobody keeps it open: the master is at its end. */
	EXPECT_TRUE(read_text(master, NULL) != NULL);
	host_close(master);
}

TEST(terminals_of_programs_beside_init_come_and_go)
{
	struct live *l;
	struct request q;
	char *argv[3], script[] = "tty";

	make_root();
	l = create("sleep 100");
	q = (struct request){.op = REQUEST_EXEC, .process = l->plan.process};
	q.process.flags = PLAN_TERMINAL;
	argv[0] = l->text[0];
	argv[1] = l->text[1];
	argv[2] = script;
	q.process.argv = (struct plan_strings){argv, 3};
	for (int i = 0; i < 5; i++)
		run_on_terminal(l, &q, "/dev/pts/0");
	finish(l);
}

TEST(a_window_can_be_resized_from_outside)
{
	struct request q = {.op = REQUEST_WINSIZE, .rows = 11, .cols = 22};
	struct live *l;
	AUTO(answer_fini) struct answer a = {0};
	int slave, master;

	make_root();
	l = calloc(1, sizeof(*l));
	master = open_pty(&slave);
	fill_plan(l, "trap 'stty size; exit 6' WINCH; echo up; while :; do sleep 100 & wait; done");
	l->plan.process.flags |= PLAN_TERMINAL;
	spawn(l, slave, slave);
	host_close(slave);
	l->out = -1;
	expect_message(l, CONTROL_STARTED);
	l->conn = control_knock(l->knocks);
	EXPECT_EQ(tell(l, REQUEST_START), 0);
	expect_text(read_text(master, "up\r\n"), "up");
	EXPECT_EQ(ask(l, q, &a), 0);
	expect_text(read_text(master, "22"), "11 22");
	EXPECT_EQ(expect_message(l, CONTROL_EXITED), 6 << 8);
	host_close(master);
	finish(l);
}

TEST(the_root_file_system_is_taken_away)
{
	remove_root();
}

TEST_MAIN()
