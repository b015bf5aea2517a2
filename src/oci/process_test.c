/* SPDX-License-Identifier: Apache-2.0 */
/* The property "process", which is also a text of its own. */
#include "oci/test_oci.h"

#include "abi/capability.h"
#include "abi/sched.h"
#include "abi/types.h"

static struct oci_process_doc *must_parse_process(const char *text)
{
	AUTO(strbuf_fini) struct strbuf why = STRBUF_INIT;
	struct oci_process_doc *p = NULL;

	if (oci_process_parse(text, strlen(text), &p, &why) < 0)
		print_error("refused: %s\n", strbuf_str(&why));
	EXPECT_TRUE(p != NULL);
	return p;
}

TEST(everything_that_a_process_may_have)
{
	AUTO(oci_process_free)
	struct oci_process_doc *doc = must_parse_process(
		"{\"terminal\": true, \"consoleSize\": {\"height\": 24, \"width\": 80}, \"user\": "
		"{\"uid\": 1, \"gid\": 2, \"umask\": 63, \"additionalGids\": [3, 4294967294]}, "
		"\"args\": [\"a\", \"\"], \"env\": [\"A=\", \"B=c=d\"], \"cwd\": \"/w\", "
		"\"capabilities\": {\"bounding\": [\"CAP_CHOWN\", \"CAP_CHECKPOINT_RESTORE\"], "
		"\"effective\": [\"CAP_KILL\"], \"inheritable\": [], \"permitted\": [\"CAP_KILL\"], "
		"\"ambient\": [\"CAP_SETFCAP\"]}, \"rlimits\": [{\"type\": \"RLIMIT_CORE\", \"soft\": "
		"0, \"hard\": 18446744073709551615}, {\"type\": \"RLIMIT_RTTIME\", \"soft\": 9, "
		"\"hard\": 9}], \"noNewPrivileges\": true, \"apparmorProfile\": \"x\", "
		"\"selinuxLabel\": \"y\", \"oomScoreAdj\": -1000, \"scheduler\": {\"policy\": "
		"\"SCHED_BATCH\", \"nice\": -20, \"flags\": [\"SCHED_FLAG_RESET_ON_FORK\", "
		"\"SCHED_FLAG_KEEP_PARAMS\"]}, \"ioPriority\": {\"class\": \"IOPRIO_CLASS_BE\", "
		"\"priority\": 7}, \"execCPUAffinity\": {\"initial\": \"0-1\", \"final\": \"7\"}}");
	const struct oci_process *p = &doc->process;

	EXPECT_TRUE(p->terminal && p->no_new_privileges);
	EXPECT_EQ(p->console_size->height, 24);
	EXPECT_EQ(p->console_size->width, 80);
	EXPECT_EQ(p->user.uid, 1);
	EXPECT_EQ(p->user.gid, 2);
	EXPECT_TRUE(p->user.umask.set);
	EXPECT_EQ(p->user.umask.v, 077);
	EXPECT_EQ(p->user.additional_gids.v[1], 4294967294U);
	EXPECT_EQ(p->args.n, 2);
	EXPECT_STREQ(p->args.v[1], "");
	EXPECT_STREQ(p->env.v[1], "B=c=d");
	EXPECT_STREQ(p->cwd, "/w");
	EXPECT_EQ(p->capabilities->bounding,
		  LX_CAP_MASK(LX_CAP_CHOWN) | LX_CAP_MASK(LX_CAP_CHECKPOINT_RESTORE));
	EXPECT_EQ(p->capabilities->effective, LX_CAP_MASK(LX_CAP_KILL));
	EXPECT_EQ(p->capabilities->inheritable, 0);
	EXPECT_EQ(p->capabilities->permitted, LX_CAP_MASK(LX_CAP_KILL));
	EXPECT_EQ(p->capabilities->ambient, LX_CAP_MASK(LX_CAP_SETFCAP));
	EXPECT_EQ(p->rlimits.n, 2);
	EXPECT_EQ(p->rlimits.v[0].type, LX_RLIMIT_CORE);
	EXPECT_EQ(p->rlimits.v[0].hard, LX_RLIM_INFINITY);
	EXPECT_EQ(p->rlimits.v[1].type, LX_RLIMIT_RTTIME);
	EXPECT_STREQ(p->apparmor_profile, "x");
	EXPECT_STREQ(p->selinux_label, "y");
	EXPECT_EQ(p->oom_score_adj.v, -1000);
	EXPECT_EQ(p->scheduler->policy, LX_SCHED_BATCH);
	EXPECT_EQ(p->scheduler->nice, -20);
	EXPECT_EQ(p->scheduler->flags, LX_SCHED_FLAG_RESET_ON_FORK | LX_SCHED_FLAG_KEEP_PARAMS);
	EXPECT_EQ(p->io_priority->class, LX_IOPRIO_CLASS_BE);
	EXPECT_EQ(p->io_priority->priority, 7);
	EXPECT_STREQ(p->exec_cpu_affinity->initial, "0-1");
	EXPECT_STREQ(p->exec_cpu_affinity->final, "7");
	EXPECT_EQ(doc->warnings.n, 0);
}

TEST(the_least_that_is_a_process)
{
	AUTO(oci_process_free)
	struct oci_process_doc *doc = must_parse_process(
		"{\"args\": [\"sh\"], \"cwd\": \"/\", \"apparmorProfile\": \"\"}");
	const struct oci_process *p = &doc->process;

	EXPECT_FALSE(p->terminal || p->no_new_privileges || p->user.umask.set ||
		     p->oom_score_adj.set);
	EXPECT_EQ(p->user.uid, 0);
	EXPECT_TRUE(!p->capabilities && !p->console_size && !p->scheduler && !p->io_priority);
	EXPECT_TRUE(!p->exec_cpu_affinity && !p->apparmor_profile && !p->selinux_label);
}

TEST(args_and_cwd_are_required)
{
	EXPECT_STREQ(process_refused("{\"cwd\": \"/\"}"), "args: is missing");
	EXPECT_STREQ(process_refused("{\"args\": [], \"cwd\": \"/\"}"), "args: must not be empty");
	EXPECT_STREQ(process_refused("{\"args\": [\"a\"]}"), "cwd: is missing");
	EXPECT_STREQ(process_refused("{\"args\": [\"a\"], \"cwd\": \"\"}"),
		     "cwd: must not be empty");
	EXPECT_STREQ(process_refused("{\"args\": [\"a\"], \"cwd\": \"tmp\"}"),
		     "cwd: must be an absolute path, not \"tmp\"");
	EXPECT_STREQ(refused(SPEC("\"process\": {\"cwd\": \"/\"}")), "process.args: is missing");
}

TEST(numbers_that_do_not_fit_are_refused)
{
	static const struct {
		const char *text, *path;
	} bad[] = {
		{"\"user\": {\"uid\": -1}", "user.uid"},
		{"\"user\": {\"uid\": 4294967295}", "user.uid"},
		{"\"user\": {\"gid\": 4294967296}", "user.gid"},
		{"\"user\": {\"gid\": 1.0}", "user.gid"},
		{"\"user\": {\"gid\": 1e2}", "user.gid"},
		{"\"user\": {\"gid\": \"1\"}", "user.gid"},
		{"\"user\": {\"gid\": true}", "user.gid"},
		{"\"user\": {\"additionalGids\": [1, 4294967296]}", "user.additionalGids[1]"},
		{"\"user\": {\"additionalGids\": [1, 4294967295]}", "user.additionalGids[1]"},
		{"\"user\": {\"umask\": 18446744073709551615}", "user.umask"},
		{"\"oomScoreAdj\": 1001", "oomScoreAdj"},
		{"\"oomScoreAdj\": 9223372036854775808", "oomScoreAdj"},
		{"\"consoleSize\": {\"height\": 65536, \"width\": 1}", "consoleSize.height"},
		{"\"scheduler\": {\"policy\": \"SCHED_OTHER\", \"nice\": 20}", "scheduler.nice"},
		{"\"scheduler\": {\"policy\": \"SCHED_OTHER\", \"nice\": 2147483648}",
		 "scheduler.nice"},
		{"\"ioPriority\": {\"class\": \"IOPRIO_CLASS_RT\", \"priority\": 8}",
		 "ioPriority.priority"},
	};
	char text[256];

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		snprintf(text, sizeof(text), "{\"args\": [\"a\"], \"cwd\": \"/\", %s}",
			 bad[i].text);
		EXPECT_TRUE(names(process_refused(text), bad[i].path));
	}
	/* These fit no integer at all. */
	EXPECT_TRUE(*process_refused(PROCESS("\"user\": {\"uid\": 18446744073709551616}")));
	EXPECT_TRUE(*process_refused(PROCESS("\"oomScoreAdj\": -9223372036854775809")));
	EXPECT_TRUE(*process_refused(
		PROCESS("\"rlimits\": [{\"type\": \"RLIMIT_CORE\", \"soft\": 0, \"hard\": "
			"99999999999999999999999}]")));
}

TEST(an_environment_is_names_with_values)
{
	EXPECT_TRUE(names(process_refused(PROCESS("\"env\": [\"A=b\", \"A\"]")), "env[1]"));
	EXPECT_TRUE(names(process_refused(PROCESS("\"env\": [\"=b\"]")), "env[0]"));
	EXPECT_TRUE(names(process_refused(PROCESS("\"env\": [\"\"]")), "env[0]"));
}

TEST(rlimits_are_known_ordered_and_said_once)
{
	EXPECT_STREQ(
		process_refused(PROCESS("\"rlimits\": [{\"type\": \"RLIMIT_FOO\", \"soft\": 0, "
					"\"hard\": 0}]")),
		"rlimits[0].type: unknown value \"RLIMIT_FOO\"");
	EXPECT_TRUE(names(process_refused(PROCESS("\"rlimits\": [{\"type\": \"RLIMIT_CPU\", "
						  "\"soft\": 2, \"hard\": 1}]")),
			  "rlimits[0].soft"));
	EXPECT_STREQ(
		process_refused(PROCESS("\"rlimits\": [{\"type\": \"RLIMIT_CPU\", \"soft\": 1, "
					"\"hard\": 1}, {\"type\": \"RLIMIT_CPU\", \"soft\": 1, "
					"\"hard\": 1}]")),
		"rlimits[1].type: RLIMIT_CPU stands twice");
	EXPECT_TRUE(names(process_refused(PROCESS("\"rlimits\": [{\"type\": \"RLIMIT_CPU\", "
						  "\"hard\": 1}]")),
			  "rlimits[0].soft"));
}

TEST(capabilities_that_nobody_knows_are_left_out_with_a_warning)
{
	AUTO(oci_process_free)
	struct oci_process_doc *doc = must_parse_process(
		PROCESS("\"capabilities\": {\"bounding\": [\"CAP_FUTURE\", \"CAP_KILL\"]}"));

	EXPECT_EQ(doc->process.capabilities->bounding, LX_CAP_MASK(LX_CAP_KILL));
	EXPECT_EQ(doc->warnings.n, 1);
	EXPECT_STREQ(doc->warnings.v[0],
		     "capabilities.bounding[0]: \"CAP_FUTURE\" is not known here and is left out");
	EXPECT_TRUE(names(process_refused(PROCESS("\"capabilities\": {\"ambient\": [1]}")),
			  "capabilities.ambient[0]"));
}

TEST(scheduling_is_coherent)
{
	EXPECT_TRUE(names(process_refused(PROCESS("\"scheduler\": {}")), "scheduler.policy"));
	EXPECT_TRUE(names(process_refused(PROCESS("\"scheduler\": {\"policy\": \"SCHED_OTHER\", "
						  "\"priority\": 1}")),
			  "scheduler.priority"));
	EXPECT_TRUE(names(process_refused(PROCESS("\"scheduler\": {\"policy\": \"SCHED_FIFO\", "
						  "\"runtime\": 1}")),
			  "scheduler"));
	EXPECT_STREQ(process_refused(PROCESS("\"scheduler\": {\"policy\": \"SCHED_DEADLINE\", "
					     "\"runtime\": 1, \"deadline\": 2, \"period\": 3}")),
		     "");
	EXPECT_TRUE(names(process_refused(PROCESS("\"execCPUAffinity\": {\"final\": \"all\"}")),
			  "execCPUAffinity.final"));
}

TEST_MAIN()
