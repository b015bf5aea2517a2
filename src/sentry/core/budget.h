/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The memory that guests were promised, and how much may be promised: one budget per Sentry. What
 * counts is what Linux commits: private writable memory that is not a stack (mm), before any of it
 * is touched. A limit here serves where no control group of the host limits what is really used; it
 * answers -ENOMEM where a control group would kill.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* 0: no limit. Once, before guests run. */
void budget_set_limit(uint64_t bytes);
/* May `more` bytes be promised while `freed` are given back? A moment's answer: threads that ask at
 * the same time may go over by what they ask for. A refusal is counted. */
bool budget_fits(uint64_t more, uint64_t freed);
void budget_charge(uint64_t bytes);
void budget_uncharge(uint64_t bytes);
uint64_t budget_used(void);
uint64_t budget_peak(void);
/* How often something did not fit. */
uint64_t budget_refusals(void);
