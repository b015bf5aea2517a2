/* SPDX-License-Identifier: Apache-2.0 */
/* The line discipline alone: what is typed, what is read, what the screen shows. */
#include "sentry/fs/tty/ldisc.h"

#include "abi/signal.h"
#include "base/test.h"

static struct ldisc l;

static void set(uint32_t i, uint32_t o, uint32_t lf)
{
	struct lx_termios2 t = l.termios;

	t.c_iflag = i;
	t.c_oflag = o;
	t.c_lflag = lf;
	ldisc_set_termios(&l, &t);
}

static void begin(void)
{
	ldisc_init(&l);
}

static int type_n(const char *s, size_t n)
{
	int signo = 0, last = 0;
	size_t done = 0;

	while (done < n) {
		size_t r = ldisc_input(&l, (const uint8_t *)s + done, n - done, &signo);

		if (signo)
			last = signo;
		if (r == 0)
			break;
		done += r;
	}
	return last;
}

static int type(const char *s)
{
	return type_n(s, strlen(s));
}

static void expect_read(const char *want)
{
	uint8_t buf[5000];
	size_t n = ldisc_read(&l, buf, sizeof(buf));

	EXPECT_EQ(n, strlen(want));
	EXPECT_MEMEQ(buf, want, n);
}

static void expect_screen(const char *want)
{
	uint8_t buf[LDISC_OUT_SIZE];
	size_t n = byteq_get(&l.out, buf, sizeof(buf));

	EXPECT_EQ(n, strlen(want));
	EXPECT_MEMEQ(buf, want, n);
}

static void print(const char *s)
{
	EXPECT_EQ(ldisc_write(&l, (const uint8_t *)s, strlen(s)), strlen(s));
}

TEST(a_line_is_read_when_it_is_complete_and_not_before)
{
	begin();
	type("abc");
	EXPECT_TRUE(!ldisc_has_input(&l));
	type("d\r");
	EXPECT_EQ(ldisc_available(&l), 5);
	expect_screen("abcd\r\n");
	type("next\n");
	expect_read("abcd\n");
	expect_read("next\n");
	EXPECT_TRUE(!ldisc_has_input(&l));
}

TEST(a_short_read_leaves_the_rest_of_the_line)
{
	uint8_t buf[3];

	begin();
	type("abcdef\n");
	EXPECT_EQ(ldisc_read(&l, buf, 3), 3);
	EXPECT_MEMEQ(buf, "abc", 3);
	expect_read("def\n");
}

TEST(an_end_of_file_ends_a_line_without_being_in_it)
{
	uint8_t buf[3];

	begin();
	type("ab\004");
	EXPECT_EQ(ldisc_available(&l), 2);
	expect_read("ab");
	type("\004");
	EXPECT_TRUE(ldisc_has_input(&l));
	EXPECT_EQ(ldisc_read(&l, buf, 3), 0);
	EXPECT_TRUE(!ldisc_has_input(&l));
	type("abc\004"); /* the reader has all it asked for: no end of file of its own follows */
	EXPECT_EQ(ldisc_read(&l, buf, 3), 3);
	EXPECT_TRUE(!ldisc_has_input(&l));
}

TEST(characters_words_and_lines_are_erased)
{
	begin();
	type("helo\177lo w_1x  \027\025ok\n");
	expect_screen("helo\b \blo w_1x  \b \b\b \b\b \b\b \b\b \b\b \b"
		      "\b \b\b \b\b \b\b \b\b \b\b \bok\r\n");
	expect_read("ok\n");
	type("\177\027\025"); /* nothing to erase */
	expect_screen("");
}

TEST(control_characters_and_tabs_take_their_columns_with_them)
{
	begin();
	type("a\001\177");
	expect_screen("a^A\b \b\b \b");
	type("\tb\177\177");
	expect_screen("\tb\b \b\b\b\b\b\b\b\b");
	type("\n");
	expect_screen("\r\n");
	expect_read("a\n");
}

TEST(a_character_of_utf8_is_erased_whole)
{
	begin();
	set(LX_ICRNL | LX_IUTF8, LX_OPOST, l.termios.c_lflag);
	type("x\xc3\xa4\177");
	expect_screen("x\xc3\xa4\b \b");
	type("\n");
	expect_read("x\n");
}

TEST(erased_characters_are_printed_for_a_teletype)
{
	begin();
	set(LX_ICRNL, LX_OPOST, LX_ICANON | LX_ECHO | LX_ECHOE | LX_ECHOPRT | LX_IEXTEN);
	type("abc\177\177d\177\177\n");
	expect_screen("abc\\cb/d\\da/\n");
	expect_read("\n");
}

TEST(without_echoke_a_killed_line_is_left_on_the_screen)
{
	begin();
	set(LX_ICRNL, LX_OPOST | LX_ONLCR, LX_ICANON | LX_ECHO | LX_ECHOK | LX_ECHOCTL);
	type("abc\025x\n");
	expect_screen("abc^U\r\nx\r\n");
	expect_read("x\n");
	type("ab\177\n"); /* no ECHOE: the character itself */
	expect_screen("ab^?\r\n");
	expect_read("a\n");
}

TEST(lnext_takes_what_follows_as_it_is)
{
	begin();
	EXPECT_EQ(type("\026\003a\026\004\n"), 0);
	expect_screen("^\b^Ca^\b^D\r\n");
	expect_read("\003a\004\n");
}

TEST(reprint_shows_the_line_again)
{
	begin();
	type("abc\022d\n");
	expect_screen("abc^R\r\nabcd\r\n");
	expect_read("abcd\n");
}

TEST(eol_characters_end_lines_too)
{
	begin();
	l.termios.c_cc[LX_VEOL] = ';';
	l.termios.c_cc[LX_VEOL2] = '.';
	type("a;b.c\n");
	expect_read("a;");
	expect_read("b.");
	expect_read("c\n");
}

TEST(a_signal_flushes_both_ways_unless_noflsh)
{
	begin();
	type("done\nhalf");
	EXPECT_EQ(type("\003"), LX_SIGINT);
	EXPECT_TRUE(!ldisc_has_input(&l));
	EXPECT_EQ(type("x"), 0);
	EXPECT_EQ(type("\034"), LX_SIGQUIT);
	EXPECT_EQ(type("y\032"), LX_SIGTSTP); /* what came with it is not shown any more */
	type("z\n");
	expect_read("z\n");
	expect_screen("done\r\nhalf^Cx^\\^Zz\r\n");
	set(LX_ICRNL, 0, l.termios.c_lflag | LX_NOFLSH);
	EXPECT_EQ(type("ab\003c\n"), LX_SIGINT);
	expect_read("abc\n");
}

TEST(input_stops_behind_a_signal_for_the_caller_to_send_it)
{
	int signo;

	begin();
	EXPECT_EQ(ldisc_input(&l, (const uint8_t *)"\003ab", 3, &signo), 1);
	EXPECT_EQ(signo, LX_SIGINT);
	EXPECT_EQ(ldisc_input(&l, (const uint8_t *)"ab", 2, &signo), 2);
	EXPECT_EQ(signo, 0);
}

TEST(output_stops_and_goes_on)
{
	begin();
	type("\023");
	EXPECT_EQ(ldisc_write(&l, (const uint8_t *)"x", 1), 0);
	type("e"); /* its echo waits */
	expect_screen("");
	type("\021");
	print("x");
	expect_screen("ex");
	type("\023");
	set(l.termios.c_iflag | LX_IXANY, l.termios.c_oflag, l.termios.c_lflag);
	type("y");
	print("z");
	expect_screen("yz");
	type("\023");
	set(0, 0, l.termios.c_lflag); /* without IXON nobody could start it again */
	print("q");
	expect_screen("q");
}

TEST(what_is_held_goes_on_only_when_it_is_let_go)
{
	begin();
	ldisc_hold(&l, true);
	type("\021");
	EXPECT_TRUE(!ldisc_may_write(&l));
	ldisc_hold(&l, false);
	EXPECT_TRUE(ldisc_may_write(&l));
}

TEST(input_flags_translate)
{
	begin();
	set(LX_INLCR | LX_IGNCR, 0, 0);
	type("a\r\nb");
	expect_read("a\rb");
	set(LX_ISTRIP | LX_IUCLC, 0, LX_IEXTEN);
	type("A\xc2Z");
	expect_read("abz");
	set(LX_PARMRK, 0, 0);
	type("x\xffy");
	expect_read("x\xff\xffy");
}

TEST(output_flags_translate)
{
	begin();
	set(0, LX_OPOST | LX_OLCUC | LX_XTABS, 0);
	print("ab\tc\n");
	expect_screen("AB      C\n");
	set(0, LX_OPOST | LX_OCRNL | LX_ONLRET, 0);
	print("a\rb\n");
	expect_screen("a\nb\n");
	set(0, LX_OPOST | LX_ONOCR, 0);
	print("\ra\r\r");
	expect_screen("a\r");
}

TEST(bytes_without_processing_pass_as_they_are)
{
	begin();
	set(0, 0, 0);
	type("\003\004\r\n\177\023");
	EXPECT_EQ(ldisc_available(&l), 6);
	expect_read("\003\004\r\n\177\023");
	print("a\n\t");
	expect_screen("a\n\t");
}

TEST(poll_looks_at_vmin_where_there_is_no_time)
{
	begin();
	set(0, 0, 0);
	l.termios.c_cc[LX_VMIN] = 3;
	type("ab");
	EXPECT_TRUE(ldisc_has_input(&l) && !ldisc_poll_in(&l));
	type("c");
	EXPECT_TRUE(ldisc_poll_in(&l));
	l.termios.c_cc[LX_VMIN] = 9;
	l.termios.c_cc[LX_VTIME] = 1;
	EXPECT_TRUE(ldisc_poll_in(&l));
}

TEST(what_was_typed_becomes_a_line_when_lines_are_wanted)
{
	begin();
	set(0, 0, 0);
	type("abc");
	set(LX_ICRNL, 0, LX_ICANON);
	EXPECT_TRUE(ldisc_has_input(&l));
	type("d\n");
	expect_read("abc");
	expect_read("d\n");
	type("half");
	EXPECT_TRUE(!ldisc_has_input(&l));
	set(0, 0, 0);
	expect_read("half");
}

TEST(a_line_is_at_most_4096_bytes_long)
{
	static char s[6000];
	uint8_t buf[5000];

	begin();
	memset(s, 'a', sizeof(s));
	type_n(s, sizeof(s));
	type("\n");
	EXPECT_EQ(ldisc_read(&l, buf, sizeof(buf)), 4096);
	EXPECT_EQ(buf[4095], '\n');
	EXPECT_EQ(buf[4094], 'a');
}

TEST(a_full_queue_of_bytes_takes_no_more)
{
	static char s[6000];
	uint8_t buf[5000];
	int signo;

	begin();
	set(0, 0, 0);
	EXPECT_EQ(ldisc_input(&l, (uint8_t *)s, sizeof(s), &signo), 4095);
	EXPECT_EQ(ldisc_read(&l, buf, 10), 10);
	EXPECT_EQ(ldisc_input(&l, (uint8_t *)s, sizeof(s), &signo), 10);
}

TEST(writing_stops_when_nobody_looks_at_the_screen)
{
	static char s[20000];
	size_t n;

	begin();
	memset(s, 'a', sizeof(s));
	n = ldisc_write(&l, (uint8_t *)s, sizeof(s));
	EXPECT_TRUE(n > 8192 && n < sizeof(s));
	EXPECT_TRUE(!ldisc_may_write(&l));
	for (int i = 0; i < 3000; i++)
		type("xy\n"); /* echoes are kept as far as there is room, and nothing breaks */
	byteq_cut(&l.out, 0);
	ldisc_show_echo(&l);
	EXPECT_TRUE(ldisc_may_write(&l));
}

TEST(packet_mode_is_told_what_happens)
{
	begin();
	type("\023\021");
	EXPECT_EQ(l.status, 0);
	l.packet = true;
	type("\023");
	EXPECT_EQ(l.status, LX_TIOCPKT_STOP);
	type("\021");
	EXPECT_EQ(l.status, LX_TIOCPKT_START);
	l.status = 0;
	type("\003");
	EXPECT_EQ(l.status, LX_TIOCPKT_FLUSHREAD | LX_TIOCPKT_FLUSHWRITE);
	l.status = 0;
	set(0, 0, 0);
	EXPECT_EQ(l.status, LX_TIOCPKT_NOSTOP);
	set(LX_IXON, 0, LX_EXTPROC);
	EXPECT_EQ(l.status, LX_TIOCPKT_DOSTOP | LX_TIOCPKT_IOCTL);
}

TEST(lines_edited_far_away_come_as_bytes)
{
	uint8_t buf[10];

	begin();
	set(LX_ICRNL, 0, LX_ICANON | LX_ISIG | LX_ECHO | LX_EXTPROC);
	EXPECT_EQ(type("a\003\n"), 0);
	expect_screen("");
	expect_read("a\003\n");
	type("\004");
	EXPECT_TRUE(ldisc_has_input(&l));
	EXPECT_EQ(ldisc_read(&l, buf, 10), 0);
}

/* Whatever is typed under whatever settings: the queue holds together. */
TEST(random_input_keeps_the_invariants)
{
	uint64_t x = 88172645463325252ULL;
	uint8_t buf[300];
	int signo;

	begin();
	for (int i = 0; i < 20000; i++) {
		x ^= x << 13, x ^= x >> 7, x ^= x << 17;
		for (size_t k = 0; k < sizeof(buf); k++)
			buf[k] = (uint8_t)(x >> (k % 57) ^ k * (x & 7));
		if (x % 11 == 0)
			set((uint32_t)x & 077777, (uint32_t)(x >> 16) & 017777,
			    (uint32_t)(x >> 32) & 0377777);
		(void)ldisc_input(&l, buf, x % sizeof(buf), &signo);
		EXPECT_TRUE(l.head - l.tail <= LDISC_IN_SIZE);
		EXPECT_TRUE(!ldisc_canonical(&l) || l.canon_head - l.tail <= l.head - l.tail);
		EXPECT_TRUE(byteq_len(&l.out) <= LDISC_OUT_LIMIT);
		if (x % 3 == 0)
			(void)ldisc_read(&l, buf, x % 100);
		if (x % 5 == 0)
			(void)byteq_get(&l.out, buf, sizeof(buf));
		if (x % 7 == 0)
			(void)ldisc_write(&l, buf, sizeof(buf));
	}
}

TEST_MAIN()
