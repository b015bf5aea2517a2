/* SPDX-License-Identifier: Apache-2.0 */
/* UNIX sockets, unix(7): streams, datagrams and sequenced packets within the sandbox. */
#pragma once

struct strbuf;

/* Let socket(2) make AF_UNIX ones; at bring-up. */
void unix_register(void);
/* The lines of /proc/net/unix, after its heading. */
void unix_show(struct strbuf *sb);
