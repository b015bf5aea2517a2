/* SPDX-License-Identifier: Apache-2.0 */
/* What runs in a stub of the ptrace platform on the tracer's order. The entries are described in ptrace_stub.h. */

#define NR_mmap 9
#define NR_close 3
#define NR_munmap 11
#define NR_pause 34
#define NR_getppid 110
#define NR_prctl 157
#define NR_exit_group 231

#define PR_SET_PDEATHSIG 1
#define SIGKILL 9

	.macro entry name
	.balign 16, 0xcc
	.globl \name
\name:
	.endm

	.section .rodata.ptrace_stub, "a", @progbits
	.balign 64
	.globl ptrace_stub_begin
ptrace_stub_begin:

entry ptrace_stub_call
	syscall
done:
	int3
	.globl ptrace_stub_done
ptrace_stub_done:
	ud2

entry ptrace_stub_born
	xor	%edi, %edi
	mov	%rbx, %rsi
	mov	$NR_munmap, %eax
	syscall
	test	%rax, %rax
	jnz	done
	mov	%rbp, %rdi
	mov	%r12, %rsi
	mov	$NR_munmap, %eax
	syscall
	jmp	done

entry ptrace_stub_fork
	syscall
	test	%rax, %rax
	jnz	done
	mov	$NR_prctl, %eax
	mov	$PR_SET_PDEATHSIG, %edi
	mov	$SIGKILL, %esi
	syscall
	/* The death signal is not sent for a parent that has already gone. */
	mov	$NR_getppid, %eax
	syscall
	cmp	%r12d, %eax
	je	ptrace_stub_park
	mov	$NR_exit_group, %eax
	mov	$1, %edi
	syscall
	ud2

entry ptrace_stub_thread
	syscall
	test	%rax, %rax
	jz	ptrace_stub_park
	jmp	done

entry ptrace_stub_park
	mov	$NR_pause, %eax
	syscall
	jmp	ptrace_stub_park

entry ptrace_stub_map
	syscall
	cmp	$1, %rax
	jne	.Lclose
	mov	$1, %r13d
	mov	%rbx, %rdi
	mov	%rbp, %rsi
	mov	%r12, %rdx
	mov	$NR_mmap, %eax
	syscall
.Lclose:
	/* Whatever the guest did to the message header meanwhile, at most descriptor 1 was installed. */
	mov	%rax, %rbx
	mov	$1, %edi
	mov	$NR_close, %eax
	syscall
	mov	%rbx, %rax
	jmp	done

entry ptrace_stub_cas
	lock cmpxchg %esi, (%rdi)
	mov	%eax, %eax
	jmp	done

	.globl ptrace_stub_end
ptrace_stub_end:

	.section .note.GNU-stack, "", @progbits
