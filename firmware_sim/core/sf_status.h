/* What the functions of the core return. */
#ifndef SF_STATUS_H
#define SF_STATUS_H

typedef enum {
    SF_OK = 0,
    SF_FLASH_FAILED = 1, /* a callback of the flash driver failed: nothing that is kept can be relied on until the next start */
    SF_STORE_FULL = 2    /* the record does not fit; nothing was written */
} sf_status;

#endif
