/* SPDX-License-Identifier: Apache-2.0 */
/* The table of signal(7). */
#include "runtime/signals.h"

#include <stdint.h>
#include <strings.h>

#include "abi/signal.h"
#include "runtime/options.h"

static const struct {
	const char *name;
	int number;
} names[] = {
	{"HUP", 1},   {"INT", 2},   {"QUIT", 3},  {"ILL", 4},     {"TRAP", 5},    {"ABRT", 6},
	{"IOT", 6},   {"BUS", 7},   {"FPE", 8},   {"KILL", 9},    {"USR1", 10},   {"SEGV", 11},
	{"USR2", 12}, {"PIPE", 13}, {"ALRM", 14}, {"TERM", 15},   {"STKFLT", 16}, {"CHLD", 17},
	{"CLD", 17},  {"CONT", 18}, {"STOP", 19}, {"TSTP", 20},   {"TTIN", 21},   {"TTOU", 22},
	{"URG", 23},  {"XCPU", 24}, {"XFSZ", 25}, {"VTALRM", 26}, {"PROF", 27},   {"WINCH", 28},
	{"IO", 29},   {"POLL", 29}, {"PWR", 30},  {"SYS", 31},
};

/* "RTMIN+3", "RTMAX-2". */
static int real_time(const char *s)
{
	bool min = strncasecmp(s, "RTMIN", 5) == 0;
	int64_t v = 0, n;

	if (!min && strncasecmp(s, "RTMAX", 5) != 0)
		return 0;
	if (s[5] != 0 && (s[5] != (min ? '+' : '-') || !parse_i64(s + 6, &v)))
		return 0;
	n = min ? 34 + v : LX_NSIG - v; /* the libc keeps two for itself */
	return v >= 0 && n >= 34 && n <= LX_NSIG ? (int)n : 0;
}

int signal_number(const char *name)
{
	int64_t n;

	if (parse_i64(name, &n))
		return n >= 1 && n <= LX_NSIG ? (int)n : 0;
	if (strncasecmp(name, "SIG", 3) == 0)
		name += 3;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strcasecmp(name, names[i].name) == 0)
			return names[i].number;
	return real_time(name);
}
