/* SPDX-License-Identifier: Apache-2.0 */
/* In canonical mode a line is edited while it is typed, and the screen shows it. */
#include "terminal.h"

#define COOKED (ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN)

static struct terminal t;

static void type(const char *typed, const char *shown, const char *line)
{
	terminal_write(t.master, typed);
	terminal_expect(t.master, shown);
	terminal_expect_read(t.slave, line);
}

static void erasing(void)
{
	type("ab\177c\n", "ab\b \bc\r\n", "ac\n");
	type("\177\027\025x\n", "x\r\n", "x\n");
	type("one two \027\n", "one two \b \b\b \b\b \b\b \b\r\n", "one \n");
	type("a.b-c\027\n", "a.b-c\b \b\r\n", "a.b-\n");
	type("abc\025d\n", "abc\b \b\b \b\b \bd\r\n", "d\n");
	type("a\001\177b\n", "a^A\b \b\b \bb\r\n", "ab\n");
	type("a\t\177b\n", "a\t\b\b\b\b\b\b\bb\r\n", "ab\n");
	type("\001\t\177\t\tz\177\177\177\n",
	     "^A\t\b\b\b\b\b\b\t\tz\b \b\b\b\b\b\b\b\b\b\b\b\b\b\b\b\r\n", "\001\n");
}

static void other_keys(void)
{
	type("a\026\003\026\177b\n", "a^\b^C^\b^?b\r\n", "a\003\177b\n");
	type("ab\022c\n", "ab^R\r\nabc\r\n", "abc\n");
	type("\026\n\n", "^\b^J\r\n", "\n\n");
}

static void ends(void)
{
	char buf[8];

	terminal_write(t.master, "abc\004");
	EXPECT_EQ(read(t.slave, buf, 3), 3); /* the end of file behind it goes with it */
	terminal_write(t.master, "\004");
	EXPECT_EQ(read(t.slave, buf, 8), 0);
	terminal_write(t.master, "defg\n");
	EXPECT_EQ(read(t.slave, buf, 2), 2);
	EXPECT_EQ(read(t.slave, buf, 8), 3);
	EXPECT(memcmp(buf, "fg\n", 3) == 0);
	terminal_expect(t.master, "abcdefg\r\n");
	terminal_set_cc(t.slave, VEOL, ';');
	terminal_set_cc(t.slave, VEOL2, '!');
	terminal_write(t.master, "a;b!c\n");
	terminal_expect_read(t.slave, "a;");
	terminal_expect_read(t.slave, "b!");
	terminal_expect_read(t.slave, "c\n");
	terminal_expect(t.master, "a;b!c\r\n");
}

static void echoes(void)
{
	terminal_set(t.slave, ICRNL, OPOST | ONLCR, COOKED & ~(tcflag_t)ECHOKE);
	type("ab\025c\n", "ab^U\r\nc\r\n", "c\n");
	terminal_set(t.slave, ICRNL, OPOST | ONLCR, COOKED & ~(tcflag_t)(ECHOKE | ECHOK));
	type("ab\025c\n", "ab^Uc\r\n", "c\n");
	terminal_set(t.slave, ICRNL, OPOST | ONLCR, COOKED & ~(tcflag_t)ECHOE);
	type("ab\177c\n", "ab^?c\r\n", "ac\n");
	terminal_set(t.slave, ICRNL, OPOST | ONLCR, COOKED | ECHOPRT);
	type("abc\177\177d\177\177\n", "abc\\cb/d\\da/\r\n", "\n");
	terminal_set(t.slave, ICRNL, OPOST | ONLCR, COOKED & ~(tcflag_t)ECHOCTL);
	type("a\001\177b\n", "a\001b\r\n", "ab\n");
	terminal_set(t.slave, ICRNL, OPOST | ONLCR, ICANON | ECHONL);
	type("ab\n", "\r\n", "ab\n");
	terminal_set(t.slave, ICRNL, OPOST | ONLCR, ICANON | ECHO); /* no IEXTEN */
	type("a\026\027\022b\n", "a\026\027\022b\r\n", "a\026\027\022b\n");
	terminal_set(t.slave, ICRNL | IUTF8, OPOST | ONLCR, COOKED);
	type("x\303\244\342\202\254\177\177\n", "x\303\244\342\202\254\b \b\b \b\r\n", "x\n");
	terminal_set(t.slave, ICRNL, OPOST | ONLCR, COOKED);
	type("x\303\244\177\n", "x\303\244\b \b\r\n", "x\303\n");
}

int main(void)
{
	terminal_open(&t);
	erasing();
	other_keys();
	ends();
	echoes();
	terminal_close(&t);
	return 0;
}
