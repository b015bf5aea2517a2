/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What runs in a stub of the unotify platform beside the guest. Told in unotify_stub.h.
 *
 * Registers of the cloner: rbx orders, r12d the last order's number, r13 filter, r14 stub_ctl of a newborn, r15 its tid,
 * rbp where a newborn goes, or where `tell` returns. It has no stack, and blocks every signal.
 */
#include "guest/unotify_stub.h"

#define NR_mmap 9
#define NR_munmap 11
#define NR_close 3
#define NR_rt_sigreturn 15
#define NR_sendto 44
#define NR_sendmsg 46
#define NR_clone 56
#define NR_exit 60
#define NR_getppid 110
#define NR_prctl 157
#define NR_tkill 200
#define NR_futex 202
#define NR_clock_gettime 228
#define NR_exit_group 231
#define NR_seccomp 317
#define NR_getpid 39
#define NR_getuid 102
#define NR_getgid 104
#define NR_geteuid 107
#define NR_getegid 108
#define NR_gettid 186

#define EBADF 9
#define EAGAIN 11
#define FUTEX_WAIT 0
#define FUTEX_WAKE 1
#define PR_SET_PDEATHSIG 1
#define SIGKILL 9
#define CLOCK_THREAD_CPUTIME_ID 3
#define SECCOMP_SET_MODE_FILTER 1
#define PROT_READ 1
#define PROT_READ_WRITE 3
#define MAP_SHARED_FIXED_NORESERVE 0x4011
#define MAX_ERRNO 4095
/* CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM */
#define CLONE_FOR_THREAD 0x50f00
#define CLONE_FOR_FORK 0x8000 /* CLONE_PARENT */

	.macro label name
	.globl \name
\name:
	.endm

	.macro entry name
	.balign 16, 0xcc
	label \name
	.endm

	.section .rodata.unotify_stub, "a", @progbits
	.balign 64
label unotify_stub_begin

/* ---- the first stub ---- */

entry unotify_stub_first
	xor	%edi, %edi
	lea	unotify_stub_begin(%rip), %rsi
	mov	$NR_munmap, %eax
	syscall
	test	%rax, %rax
	js	.Lfailed_birth
	mov	%rbp, %rdi
	mov	$0x7ffffffff000, %rsi
	sub	%rdi, %rsi
	jbe	.Lnew_process
	mov	$NR_munmap, %eax
	syscall
	test	%rax, %rax
	js	.Lfailed_birth

/* ---- a new process: its own orders and slots, which are STUB_FD ---- */

.Lnew_process:
	mov	%rbx, %rdi
	mov	$4096, %esi
	mov	$PROT_READ, %edx
	mov	$MAP_SHARED_FIXED_NORESERVE, %r10d
	mov	$STUB_FD, %r8d
	xor	%r9d, %r9d
	mov	$NR_mmap, %eax
	syscall
	cmp	$-MAX_ERRNO, %rax
	jae	.Lfailed_birth
	mov	unotify_stub_slots(%rip), %rdi
	mov	unotify_stub_slots+8(%rip), %rsi
	mov	$PROT_READ_WRITE, %edx
	mov	$MAP_SHARED_FIXED_NORESERVE, %r10d
	mov	$STUB_FD, %r8d
	mov	$4096, %r9d
	mov	$NR_mmap, %eax
	syscall
	cmp	$-MAX_ERRNO, %rax
	jae	.Lfailed_birth
	mov	$STUB_FD, %edi
	mov	$NR_close, %eax
	syscall
	mov	$PR_SET_PDEATHSIG, %edi
	mov	$SIGKILL, %esi
	mov	$NR_prctl, %eax
	syscall
	/* The death signal is not sent for a parent that has already gone. */
	mov	$NR_getppid, %eax
	syscall
	cmp	ORDERS_PARENT(%rbx), %eax
	jne	.Lend_process
	xor	%r12d, %r12d
	jmp	.Lcloner

.Lfailed_birth:
	lea	.Lend_process(%rip), %rbp
	jmp	.Ltell_error
.Lend_process:
	mov	$1, %edi
	mov	$NR_exit_group, %eax
	syscall
	ud2

/* ---- the cloner ---- */

.Lcloner:
	mov	ORDERS_SEQ(%rbx), %eax
	cmp	%r12d, %eax
	jne	.Lorder
	mov	%rbx, %rdi
	xor	%esi, %esi
	mov	%r12d, %edx
	xor	%r10d, %r10d
	mov	$NR_futex, %eax
	syscall
	jmp	.Lcloner

.Lorder:
	mov	%eax, %r12d
	mov	ORDERS_OP(%rbx), %eax
	cmp	$STUB_ORDER_FORK, %eax
	je	.Lfork
	mov	ORDERS_CTL(%rbx), %r14
	lea	unotify_stub_filters(%rip), %r13
	lea	.Lguest_born(%rip), %rbp
	cmp	$STUB_ORDER_AGENT, %eax
	jne	.Lclone
	add	$16, %r13
	lea	.Lagent(%rip), %rbp
.Lclone:
	mov	$CLONE_FOR_THREAD, %edi
	xor	%esi, %esi
	xor	%edx, %edx
	xor	%r10d, %r10d
	xor	%r8d, %r8d
	mov	$NR_clone, %eax
	syscall
	test	%rax, %rax
	jz	.Lborn
	js	.Ltell_error_loop
	mov	%rax, %r15

	/* A guest that forges the word makes this loop spin until the newborn is done. */
.Lawait_born:
	mov	%r14, %rdi
	xor	%esi, %esi
	xor	%edx, %edx
	xor	%r10d, %r10d
	mov	$NR_futex, %eax
	syscall
	xor	%edi, %edi
	lea	unotify_stub_message(%rip), %rsi
	xor	%edx, %edx
	mov	$NR_sendmsg, %eax
	syscall
	test	%rax, %rax
	jns	.Lsent
	cmp	$-EBADF, %rax
	jne	.Lnot_sent
	mov	%r15d, %edi
	xor	%esi, %esi
	mov	$NR_tkill, %eax
	syscall
	test	%rax, %rax
	jz	.Lawait_born
	mov	$-EAGAIN, %rax /* it could not have its filter, and has ended */
	jmp	.Ltell_error_loop
.Lnot_sent:
	mov	%rax, %r15
	mov	$STUB_LISTENER, %edi
	mov	$NR_close, %eax
	syscall
	mov	%r15, %rax
	jmp	.Ltell_error_loop
.Lsent:
	mov	$STUB_LISTENER, %edi
	mov	$NR_close, %eax
	syscall
	jmp	.Lcloner

.Lfork:
	mov	$CLONE_FOR_FORK, %edi
	xor	%esi, %esi
	xor	%edx, %edx
	xor	%r10d, %r10d
	xor	%r8d, %r8d
	mov	$NR_clone, %eax
	syscall
	test	%rax, %rax
	jz	.Lnew_process
	mov	%rax, %r15
	mov	$STUB_FD, %edi
	mov	$NR_close, %eax
	syscall
	mov	%r15, %rax
	test	%rax, %rax
	js	.Ltell_error_loop
	and	$(1 << STUB_PID_BITS) - 1, %eax
	add	$STUB_TELL_PID, %eax
	lea	.Ltold_low(%rip), %rbp
	jmp	.Ltell
.Ltold_low:
	mov	%r15, %rax
	shr	$STUB_PID_BITS, %rax
	add	$STUB_TELL_PID, %eax
	lea	.Lcloner(%rip), %rbp
	jmp	.Ltell

.Ltell_error_loop:
	lea	.Lcloner(%rip), %rbp
.Ltell_error:
	neg	%rax
	/* A message of rax bytes, whatever is in them; go on at rbp. */
.Ltell:
	mov	%rax, %rdx
	xor	%edi, %edi
	lea	unotify_stub_begin(%rip), %rsi
	xor	%r10d, %r10d
	xor	%r8d, %r8d
	xor	%r9d, %r9d
	mov	$NR_sendto, %eax
	syscall
	jmp	*%rbp

/* ---- a new thread ---- */

.Lborn:
	mov	$SECCOMP_SET_MODE_FILTER, %edi
	mov	ORDERS_FLAGS(%rbx), %esi
	mov	%r13, %rdx
	mov	$NR_seccomp, %eax
	syscall
	mov	%rax, %r13
	movl	$1, CTL_WORD(%r14)
	mov	%r14, %rdi
	mov	$FUTEX_WAKE, %esi
	mov	$1, %edx
	mov	$NR_futex, %eax
	syscall
label unotify_stub_woke
	test	%r13, %r13
	js	.Lend_thread
	jmp	*%rbp

/* ---- the agent ---- */

.Lagent:
	xor	%edi, %edi
	xor	%esi, %esi
.Lagent_ring:
	mov	$STUB_RING, %eax
	syscall
	test	%rax, %rax
	js	.Lend_thread
	mov	%rax, %r12
	lea	ORDERS_CALLS(%rbx), %r13
	xor	%r14d, %r14d
	xor	%eax, %eax
.Lagent_next:
	cmp	%r12, %r14
	je	.Lagent_done
	mov	0(%r13), %rax
	mov	8(%r13), %rdi
	mov	16(%r13), %rsi
	mov	24(%r13), %rdx
	mov	32(%r13), %r10
	mov	40(%r13), %r8
	mov	48(%r13), %r9
	syscall
	cmp	$-MAX_ERRNO, %rax
	jae	.Lagent_done
	add	$STUB_CALL_SIZE, %r13
	inc	%r14
	jmp	.Lagent_next
.Lagent_done:
	mov	%r14, %rdi
	mov	%rax, %rsi
	jmp	.Lagent_ring

/* ---- a guest thread ---- */

entry unotify_stub_handler
	mov	%rsp, %rsi
	rdfsbase %rdx
	rdgsbase %r10
.Lring:
	mov	$STUB_RING, %eax
	syscall
label unotify_stub_rang
	test	%rax, %rax
	jz	.Lresume
	js	.Lend_thread
	mov	%rax, %r14
	mov	CTL_THEN(%r14), %eax
	cmp	$STUB_THEN_BORN, %eax
	je	.Lguest_born
	cmp	$STUB_THEN_TIME, %eax
	je	.Ltime
	cmp	$STUB_THEN_PARK, %eax
	je	.Lpark
	mov	CTL_FS(%r14), %rcx
	wrfsbase %rcx
	mov	CTL_GS(%r14), %rcx
	wrgsbase %rcx
	mov	CTL_RSP(%r14), %rsp
.Lresume:
	add	$8, %rsp
	mov	$NR_rt_sigreturn, %eax
	syscall
label unotify_stub_resumed
	ud2

.Lguest_born:
	xor	%edi, %edi
	jmp	.Lring

.Ltime:
	mov	$CLOCK_THREAD_CPUTIME_ID, %edi
	lea	CTL_TIME(%r14), %rsi
	mov	$NR_clock_gettime, %eax
	syscall
label unotify_stub_timed
	mov	CTL_TIME(%r14), %rsi
	mov	CTL_TIME+8(%r14), %rdx
	mov	$STUB_TIME, %edi
	jmp	.Lring

.Lpark:
	lea	CTL_WORD(%r14), %rdi
	xor	%esi, %esi
	mov	$1, %edx
	xor	%r10d, %r10d
	mov	$NR_futex, %eax
	syscall
label unotify_stub_parked
	cmpl	$1, CTL_WORD(%r14)
	je	.Lpark
	jmp	.Lguest_born

/*
 * ---- patched call sites ----
 *
 * rcx is the `syscall` instruction to go on at, r11 from the second instruction on. A signal may find a thread at any
 * of these; x86_64/frame.c then shows it at that instruction, or behind it once rax has the answer.
 */

	/* The number in eax is nr: to the answer. Changes no flags. */
	.macro when nr to
	lea	-\nr(%rax), %ecx
	jrcxz	\to
	.endm

	.macro answer name index
	.balign STUB_ANSWER_SIZE, 0xcc
\name:
	mov	%gs:CTL_WHO + 4 * \index, %eax
	jmp	unotify_stub_answered
	.endm

entry unotify_stub_fast
	mov	%rcx, %r11
	rdgsbase %rcx
	/* Is gs in the region of the slots? A guest may use it for itself. */
	rorx	$28, %rcx, %rcx
	mov	%ecx, %ecx
	lea	-0x7ffff(%rcx), %rcx
	jrcxz	.Lgs_is_ours
.Lnot_fast:
	jmp	*%r11
.Lgs_is_ours:
	mov	%gs:CTL_FAST, %ecx
	jrcxz	.Lnot_fast
	when	NR_getpid, .Lgetpid
	when	NR_gettid, .Lgettid
	when	NR_getuid, .Lgetuid
	when	NR_geteuid, .Lgeteuid
	when	NR_getgid, .Lgetgid
	when	NR_getegid, .Lgetegid
	jmp	*%r11
	.balign STUB_ANSWER_SIZE, 0xcc
label unotify_stub_answers
	answer	.Lgetpid, 0
	answer	.Lgettid, 1
	answer	.Lgetuid, 2
	answer	.Lgeteuid, 3
	answer	.Lgetgid, 4
	answer	.Lgetegid, 5
	.balign STUB_ANSWER_SIZE, 0xcc
label unotify_stub_answered
	lea	2(%r11), %rcx
	jmp	*%rcx
label unotify_stub_fast_end

	/* As guest code, from a frame of the Sentry's; may fault. */
entry unotify_stub_cas
	lock cmpxchg %esi, (%rdi)
	mov	%eax, %esi
	mov	$STUB_CAS, %edi
	jmp	.Lring

.Lend_thread:
	xor	%edi, %edi
	mov	$NR_exit, %eax
	syscall
label unotify_stub_exited
	ud2

/* ---- filled in by the Sentry ---- */

	.balign 16, 0xcc
label unotify_stub_message
	.skip	64, 0
label unotify_stub_filters
	.skip	32, 0
label unotify_stub_slots
	.skip	16, 0
label unotify_stub_end

	.section .note.GNU-stack, "", @progbits
