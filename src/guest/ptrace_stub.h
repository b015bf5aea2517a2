/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The code that the ptrace platform keeps in each stub, as position independent bytes to be copied
 * to the start of the stub's text page. It uses registers only: no stack, no memory but the message
 * header that receives a descriptor. Its threads are driven by their tracer: it sets the registers,
 * lets the thread run from an entry, and waits for the breakpoint just before ptrace_stub_done.
 *
 * Entries (r = result in rax; every register that is not named survives):
 *   call    any host call, as the psABI passes it; r = its result
 *   born    the first stub, once: unmap [0, rbx) and [rbp, rbp + r12); r = the first error, or 0
 *   fork    clone without CLONE_VM; the child arms its death signal, exits if its parent is not
 *           r12d, and parks; r = the child's pid
 *   thread  clone with CLONE_VM | CLONE_THREAD; the child parks; r = the child's tid
 *   map     recvmsg(rdi, rsi, rdx), which must return 1 and install descriptor 1; then
 *           mmap(rbx, rbp, r12, r10, r8, r9); descriptor 1 is closed in any case; r13 must be 0 and
 *           becomes 1 once recvmsg succeeded; r = that of the last call that counts
 *   cas     lock cmpxchg32 at (rdi), eax expected, esi new; r = what was there; may fault
 *   park    sleeps for ever without being traced
 */
#ifndef CAISSON_GUEST_PTRACE_STUB_H
#define CAISSON_GUEST_PTRACE_STUB_H

extern const unsigned char ptrace_stub_begin[], ptrace_stub_end[];
extern const unsigned char ptrace_stub_call[], ptrace_stub_born[], ptrace_stub_fork[],
	ptrace_stub_thread[];
extern const unsigned char ptrace_stub_map[], ptrace_stub_cas[], ptrace_stub_park[],
	ptrace_stub_done[];

#endif
