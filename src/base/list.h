/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Intrusive doubly linked lists. One type for head and node, circular through the head. An
 * initialised node that is in no list points to itself, so list_del may be called twice and
 * list_empty(node) asks "is it in no list?". No allocation, no locking: the owner of the head says
 * which lock guards it.
 */
#ifndef CAISSON_BASE_LIST_H
#define CAISSON_BASE_LIST_H

#include "base/compiler.h"

struct list {
	struct list *next, *prev;
};

/* For a static or automatic head: struct list l = LIST_INIT(l); */
#define LIST_INIT(name)                                                                            \
	{                                                                                          \
		&(name), &(name)                                                                   \
	}

static inline void list_init(struct list *l)
{
	l->next = l;
	l->prev = l;
}

static inline bool list_empty(const struct list *l)
{
	return l->next == l;
}

/* Insert a node that is in no list between two neighbours. */
static inline void list_insert_between(struct list *prev, struct list *node, struct list *next)
{
	node->prev = prev;
	node->next = next;
	prev->next = node;
	next->prev = node;
}

static inline void list_add_head(struct list *head, struct list *node)
{
	list_insert_between(head, node, head->next);
}

static inline void list_add_tail(struct list *head, struct list *node)
{
	list_insert_between(head->prev, node, head);
}

/* Take a node out of its list, if it is in one, and make it ready for another. */
static inline void list_del(struct list *node)
{
	node->prev->next = node->next;
	node->next->prev = node->prev;
	list_init(node);
}

static inline void list_move_tail(struct list *head, struct list *node)
{
	list_del(node);
	list_add_tail(head, node);
}

static inline void list_move_head(struct list *head, struct list *node)
{
	list_del(node);
	list_add_head(head, node);
}

/* Append all of from to head, in order; from is empty afterwards. */
static inline void list_splice_tail(struct list *head, struct list *from)
{
	if (list_empty(from))
		return;
	from->next->prev = head->prev;
	head->prev->next = from->next;
	from->prev->next = head;
	head->prev = from->prev;
	list_init(from);
}

#define list_entry(node, type, member) container_of(node, type, member)

/* Only of a list that is not empty. */
#define list_first_entry(head, type, member) list_entry((head)->next, type, member)
#define list_last_entry(head, type, member)  list_entry((head)->prev, type, member)

#define list_first_entry_or_null(head, type, member)                                               \
	(list_empty(head) ? NULL : list_first_entry(head, type, member))

#define list_next_entry(pos, member) list_entry((pos)->member.next, __typeof__(*(pos)), member)
#define list_prev_entry(pos, member) list_entry((pos)->member.prev, __typeof__(*(pos)), member)

/* The body may not remove pos; _safe: it may remove pos, but not tmp. */
#define list_for_each_entry(pos, head, member)                                                     \
	for (pos = list_first_entry(head, __typeof__(*(pos)), member); &(pos)->member != (head);   \
	     pos = list_next_entry(pos, member))

#define list_for_each_entry_safe(pos, tmp, head, member)                                           \
	for (pos = list_first_entry(head, __typeof__(*(pos)), member),                             \
	    tmp = list_next_entry(pos, member);                                                    \
	     &(pos)->member != (head); pos = tmp, tmp = list_next_entry(tmp, member))

#define list_for_each_entry_reverse(pos, head, member)                                             \
	for (pos = list_last_entry(head, __typeof__(*(pos)), member); &(pos)->member != (head);    \
	     pos = list_prev_entry(pos, member))

#endif
