// Linked into the guest agent only; see guest_boot.c.
#ifndef CLOISTER_GUEST_BOOT_H
#define CLOISTER_GUEST_BOOT_H

// Does nothing; a reference to it keeps the linker from dropping the constructor beside it.
void cloister_guest_boot_is_linked(void);

#endif
