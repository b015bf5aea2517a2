/* SPDX-License-Identifier: Apache-2.0 */
/* Flags of input and output change what is read and what is shown. */
#include "terminal.h"

static struct terminal t;

static void in(tcflag_t i, tcflag_t l, const char *typed, const char *got)
{
	terminal_set(t.slave, i, 0, l);
	terminal_write(t.master, typed);
	terminal_expect(t.slave, got);
}

static void out(tcflag_t o, const char *written, const char *shown)
{
	terminal_set(t.slave, 0, o, 0);
	terminal_write(t.slave, written);
	terminal_expect(t.master, shown);
}

/* Echo without lines: as it is typed, but for what ECHOCTL spells and newlines that were returns. */
static void echo(void)
{
	terminal_set(t.slave, ICRNL, OPOST | ONLCR, ECHO | ECHOCTL);
	terminal_write(t.master, "a\r\n\001\tb\377");
	terminal_expect(t.master, "a\r\n^J^A\tb\377");
	terminal_expect(t.slave, "a\n\n\001\tb\377");
	terminal_set(t.slave, 0, 0, ECHO);
	terminal_write(t.master, "a\n\001");
	terminal_expect(t.master, "a\n\001");
	terminal_expect(t.slave, "a\n\001");
}

static void switching(void)
{
	char buf[8];

	terminal_raw(t.slave);
	terminal_write(t.master, "ab");
	terminal_wait_in(t.slave, 2);
	terminal_set(t.slave, ICRNL, 0, ICANON);
	EXPECT_EQ(read(t.slave, buf, 8), 2); /* what was there is a line now */
	terminal_write(t.master, "cd\nef");
	terminal_expect_read(t.slave, "cd\n");
	terminal_set(t.slave, 0, 0, 0);
	terminal_expect(t.slave, "ef");
}

int main(void)
{
	terminal_open(&t);
	in(0, 0, "a\r\n\003\004\023\177", "a\r\n\003\004\023\177");
	in(ICRNL, 0, "a\r\n", "a\n\n");
	in(INLCR, 0, "a\r\n", "a\r\r");
	in(IGNCR, 0, "a\r\n", "a\n");
	in(IGNCR | ICRNL | INLCR, 0, "a\r\n", "a\r");
	in(ISTRIP, 0, "a\341\377", "aa\177");
	in(IUCLC, IEXTEN, "AbC1", "abc1");
	in(IUCLC, 0, "AbC1", "AbC1");
	in(PARMRK, 0, "a\377b", "a\377\377b");
	in(PARMRK | ISTRIP, 0, "a\377b", "a\177b");
	in(IGNBRK | BRKINT | INPCK | IGNPAR | IMAXBEL | IXOFF, 0, "a\377\r", "a\377\r");
	out(0, "a\tb\r\n", "a\tb\r\n");
	out(OPOST, "a\tb\r\n", "a\tb\r\n");
	out(OPOST | ONLCR, "a\n\r\n", "a\r\n\r\r\n");
	out(OPOST | OCRNL, "a\rb\n", "a\nb\n");
	out(OPOST | ONLCR | OLCUC, "aBc1\344\n", "ABC1\304\r\n");
	out(OPOST | ONLCR | XTABS, "\n\tab\tc\b\td\n", "\r\n        ab      c\b        d\r\n");
	out(OPOST | ONLRET | ONOCR, "\n\ra\rb\n\r", "\na\rb\n");
	out(OPOST | ONLCR | NL1 | CR2 | BS1 | FF1 | VT1, "a\r\b\f\v\n", "a\r\b\f\v\r\n");
	echo();
	switching();
	terminal_close(&t);
	return 0;
}
