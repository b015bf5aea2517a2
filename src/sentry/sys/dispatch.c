/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a number to a handler. The rows of table.def, in an array by number; what has no row, or a
 * row without a handler, is a system call that this kernel does not have.
 */
#include <errno.h>
#include <stddef.h>

#include "base/compiler.h"
#include "sentry/sys/sys.h"

#define SYSCALL(nr_, name_, handler_, format_, support_, note_)                                    \
	{.nr = (nr_),                                                                              \
	 .support = (support_),                                                                    \
	 .name = #name_,                                                                           \
	 .handler = (handler_),                                                                    \
	 .format = (format_),                                                                      \
	 .note = (note_)},
static const struct sys_row rows[] = {
#include "sentry/sys/table.def"
};
#undef SYSCALL

/* Index + 1 into rows; 0: no such number. */
#define NUMBERS 512
#define SYSCALL(nr_, name_, handler_, format_, support_, note_)                                    \
	[nr_] = (uint16_t)(__COUNTER__ - first_row),
enum { first_row = __COUNTER__ };
static const uint16_t index_of[NUMBERS] = {
#include "sentry/sys/table.def"
};
#undef SYSCALL

const struct sys_row *sys_row(uint64_t nr)
{
	return nr < NUMBERS && index_of[nr] ? &rows[index_of[nr] - 1] : NULL;
}

const struct sys_row *sys_rows(size_t *ret_n)
{
	*ret_n = ARRAY_SIZE(rows);
	return rows;
}

long sys_dispatch(struct task *t, uint64_t nr, const struct sysargs *a)
{
	const struct sys_row *row = sys_row(nr);

	return row ? row->handler(t, a) : -ENOSYS;
}

long sys_none(struct task *t UNUSED, const struct sysargs *a UNUSED)
{
	return -ENOSYS;
}
