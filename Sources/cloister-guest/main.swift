internal import CGuestBoot
internal import GuestAgent

cloister_guest_boot_is_linked()
GuestAgent.main()
