/* SPDX-License-Identifier: Apache-2.0 */
/* What our processes may ask of the host, for `caisson host-surface`: the very rows that the
 * filters are compiled from. */
#include "platform/platform.h"
#include "sentry/boot/boot.h"
#include "sentry/boot/lockdown.h"

const struct filter_rule *sentry_host_calls(size_t *ret_n)
{
	return lockdown_rules(ret_n);
}

size_t sentry_platform_count(void)
{
	size_t n = 0;

	while (platform_list[n])
		n++;
	return n;
}

const char *sentry_platform_name(size_t i)
{
	return platform_list[i]->name;
}

const struct filter_rule *sentry_platform_calls(size_t i, size_t *ret_n)
{
	*ret_n = platform_list[i]->n_host_calls;
	return platform_list[i]->host_calls;
}

const struct filter_rule *sentry_stub_calls(size_t i, size_t *ret_n)
{
	*ret_n = platform_list[i]->n_stub_calls;
	return platform_list[i]->stub_calls;
}
