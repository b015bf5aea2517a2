/* SPDX-License-Identifier: Apache-2.0 */
/* How many instances and watches a user has, inotify(7). An account lives as long as it counts an
 * instance: watches come with one. */
#include <errno.h>

#include "sentry/core/alloc.h"
#include "sentry/core/lock_ranks.h"
#include "sentry/fs/inotify/inotify_priv.h"

static SLAB_DEFINE(account_slab, struct in_account);
static struct lock lock = LOCK_INIT(RANK_SUPER, "inotify accounts");
static struct list accounts = LIST_INIT(accounts); /* [lock] */

static struct in_account *need(uint32_t uid)
{
	struct in_account *a;

	list_for_each_entry(a, &accounts, link)
		if (a->uid == uid)
			return a;
	a = slab_alloc(&account_slab);
	if (a) {
		a->uid = uid;
		list_add_tail(&accounts, &a->link);
	}
	return a;
}

int account_instance(uint32_t uid, struct in_account **ret)
{
	struct in_account *a;

	GUARD(&lock);
	a = need(uid);
	if (!a)
		return -ENOMEM;
	if (a->instances >= INOTIFY_MAX_INSTANCES)
		return -EMFILE;
	a->instances++;
	*ret = a;
	return 0;
}

void account_instance_put(struct in_account *a)
{
	GUARD(&lock);
	if (--a->instances > 0)
		return;
	list_del(&a->link);
	slab_free(&account_slab, a);
}

int account_watch(struct in_account *a)
{
	GUARD(&lock);
	if (a->watches >= INOTIFY_MAX_WATCHES)
		return -ENOSPC;
	a->watches++;
	return 0;
}

void account_watch_put(struct in_account *a)
{
	GUARD(&lock);
	a->watches--;
}
