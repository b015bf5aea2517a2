/* SPDX-License-Identifier: Apache-2.0 */
/*
 * #! scripts, execve(2): within the first 256 bytes an interpreter and at most one argument, which
 * takes the rest of the line, blanks at its ends cut. A line that does not end within them is an
 * error only if the interpreter's own name may be cut.
 */
#include <errno.h>
#include <string.h>

#include "sentry/loader/loader_priv.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static char *skip_blanks(char *p, const char *end)
{
	while (p < end && is_blank(*p))
		p++;
	return p;
}

/* The first blank or NUL; end if there is none. */
static char *skip_word(char *p, const char *end)
{
	while (p < end && !is_blank(*p) && *p != '\0')
		p++;
	return p;
}

int script_parse(char head[LOADER_HEAD_SIZE], struct script_line *ret)
{
	/* Linux looks at 256 bytes, and needs the last one for a NUL. */
	char *last = head + LOADER_HEAD_SIZE - 1;
	char *end, *name, *after;

	if (head[0] != '#' || head[1] != '!')
		return -ENOEXEC;
	end = memchr(head, '\n', LOADER_HEAD_SIZE);
	if (!end) {
		name = skip_blanks(head + 2, last);
		if (name == last || skip_word(name, last) == last)
			return -ENOEXEC;
		end = last;
	}
	while (end > head + 2 && is_blank(end[-1]))
		end--;
	*end = '\0';
	name = skip_blanks(head + 2, end);
	/* An empty name (a NUL right after the #!) is for the walk to refuse: -ENOENT, as on Linux.
	 */
	if (name == end)
		return -ENOEXEC;
	after = skip_word(name, end);
	ret->arg = NULL;
	if (after < end && *after != '\0') {
		*after = '\0';
		after = skip_blanks(after + 1, end);
		if (after < end && *after != '\0')
			ret->arg = after;
	}
	ret->interp = name;
	return 0;
}

/* The bytes of all strings but the first. */
static size_t first_len(const struct loader_strings *argv)
{
	return argv->n > 0 ? strlen(argv->bytes) + 1 : 0;
}

static int add_rest(struct loader_strings *to, const struct loader_strings *argv)
{
	size_t at = first_len(argv);
	int r;

	while (at < argv->len) {
		size_t len = strlen(argv->bytes + at);

		r = loader_strings_add(to, argv->bytes + at, len);
		if (r < 0)
			return r;
		at += len + 1;
	}
	return 0;
}

int script_argv(const struct loader_strings *argv, const struct script_line *line, const char *path,
		struct loader_strings *ret)
{
	struct loader_strings new = {.bytes = NULL};
	int r;

	r = loader_strings_add(&new, line->interp, strlen(line->interp));
	if (r == 0 && line->arg)
		r = loader_strings_add(&new, line->arg, strlen(line->arg));
	if (r == 0)
		r = loader_strings_add(&new, path, strlen(path));
	if (r == 0)
		r = add_rest(&new, argv);
	if (r < 0) {
		loader_strings_fini(&new);
		return r;
	}
	*ret = new;
	return 0;
}
