// One kernel's own source file, compiled for the CPU: the build gives ISOCORTEX_UNIT, the name of the file and
// of the function in it, and ISOCORTEX_TARGET, the card it is made for.
#include "kernels.h"

#define TEXT_OF(name) #name
#define TEXT(name) TEXT_OF(name)

#include TEXT(ISOCORTEX_UNIT.cu)

static const emulator::Register entry(
    emulator::Describe<ISOCORTEX_UNIT>::as(TEXT(ISOCORTEX_UNIT), ISOCORTEX_TARGET));
