/**
 * Every limit of the protocol, in bytes unless said otherwise. A limit is checked before memory is set aside for what
 * it bounds. Raising one needs a new protocol version, as older peers refuse what exceeds theirs.
 */

const KIB = 1024;
const MIB = 1024 * KIB;

/** Version of the protocol spoken here, in `hello`, connection messages, the manifest and the catalog. */
export const PROTOCOL_VERSION = 1;

// Identifiers and keys

/** Length of a node id, root, piece hash, nonce, and of any Ed25519 or X25519 public key. */
export const ID_BYTES = 32;
/** Length of an Ed25519 signature (RFC 8032). */
export const SIGNATURE_BYTES = 64;
/** Length of a connection session id. */
export const SESSION_BYTES = 16;

// Content

/** Pieces of a share, catalog pieces included. Bounds a have-set to 8 KiB and a manifest to 2.25 MiB. */
export const MAX_PIECES = 65_536;
/** Smallest and largest size of a piece's ciphertext for layout (a file's last piece may be shorter than both). */
export const MIN_PIECE_SIZE = 64 * KIB;
export const MAX_PIECE_SIZE = 4 * MIB;
/** 65,536 pieces of 36 bytes, and the header, with room for later fields. */
export const MAX_MANIFEST_BYTES = 2.5 * MIB;
/** Pieces that the catalog may take of them; the rest is left to content. */
export const MAX_CATALOG_PIECES = 256;
/** Pieces of all files together. */
export const MAX_CONTENT_PIECES = MAX_PIECES - MAX_CATALOG_PIECES;
/** Bytes that AES-256-GCM adds to each piece: its tag. */
export const GCM_TAG_BYTES = 16;
/** Whole catalog before it is cut into pieces, so that it fits its pieces at any size. */
export const MAX_CATALOG_BYTES = MAX_CATALOG_PIECES * (MIN_PIECE_SIZE - GCM_TAG_BYTES);
/** CBOR items in a catalog: each of as many files as there are pieces may have 20. Bounds memory, which bytes alone do not. */
export const MAX_CATALOG_ITEMS = 1_500_000;
/** Files, and empty folders, in a share. */
export const MAX_FILES = 65_536;
export const MAX_FOLDERS = 65_536;
/** One name, in UTF-8; the bound of ext4, and no wider than those of NTFS and APFS. */
export const MAX_SEGMENT_BYTES = 255;
/** Names in one path, and their UTF-8 with a separator between them (PATH_MAX of Linux). */
export const MAX_PATH_SEGMENTS = 64;
export const MAX_PATH_BYTES = 4096;
/** A share's title, and a file's MIME type, in UTF-8. */
export const MAX_TITLE_BYTES = 1024;
export const MAX_MIME_BYTES = 255;
/** Latest time of a catalog or file, in ms since the epoch: the end of what a Date holds. */
export const MAX_TIME = 8.64e15;
/** Source hints in a link. */
export const MAX_HINTS = 3;
/** Characters of a link, its origin included. */
export const MAX_LINK_LENGTH = 2048;

// Frames on a data channel

/** A block's usual payload. */
export const BLOCK_SIZE = 64 * KIB;
/** Bounds of adapted block sizes; the last block of a piece may be shorter. */
export const MIN_BLOCK_SIZE = 16 * KIB;
export const MAX_BLOCK_SIZE = 128 * KIB;
/** A whole hello, overlay or swarm control frame, kind byte included. */
export const MAX_CONTROL_FRAME = 16 * KIB;
/** Manifest bytes in one `manifest` message. */
export const MANIFEST_CHUNK = 15 * KIB;
/** `manifest-request`s outstanding at once towards one peer. */
export const MANIFEST_REQUESTS = 8;
/** Node ids in one `peers` message. */
export const MAX_PEX_IDS = 16;
/** Blocks in one `request`, `cancel` or `reject`; at 16 KiB each this is half of the largest window. */
export const MAX_REQUEST_BLOCKS = 256;
/** Delay samples in one `request`. */
export const MAX_DELAY_SAMPLES = 256;
/** Runs in one piece set; more go over several frames. */
export const MAX_PIECE_RANGES = 1024;
/** Bytes of bitfield in one piece set: the whole have-set of the largest share. */
export const MAX_BITFIELD_BYTES = MAX_PIECES / 8;

// Connecting

/** A whole connection message: fits an overlay frame beside its header, and a signaling message after base64url. */
export const MAX_CONNECT_MESSAGE = 12 * KIB;
/** A session description in UTF-8; those of a data channel have about 600 bytes, and 150 for each candidate. */
export const MAX_SDP_BYTES = 8 * KIB;
/** ICE candidates in one `candidates` message, and the UTF-8 length of each. */
export const MAX_CANDIDATES = 16;
export const MAX_CANDIDATE_BYTES = 512;
/** Other peers named in a `refuse`. */
export const MAX_ALTERNATES = 3;
/** Feature names in `hello`, and the UTF-8 length of each. */
export const MAX_FEATURES = 16;
export const MAX_FEATURE_BYTES = 32;
/** A stated reason, in UTF-8. */
export const MAX_REASON_BYTES = 64;

// Overlay

/** Hops of a recursive request: twice the 95th percentile at 100,000 nodes, and then some. */
export const OVERLAY_TTL = 16;
/** Length of a message id of the overlay. */
export const MESSAGE_ID_BYTES = 8;
/** Bytes of a node id that a `route` keeps of each node that it passed, and how many nodes it keeps. */
export const VISITED_BYTES = 4;
export const MAX_VISITED = 16;
/** Link handles in a source route. */
export const MAX_SOURCE_PATH = 12;
/** Largest link handle. */
export const MAX_HANDLE = 0xffff;
/** Nodes in the answer to `find-node` (k of Kademlia's look-up), and in one `siblings-answer`. */
export const NODES_REPLY = 8;
export const SIBLINGS_REPLY = 16;
/**
 * CBOR items in one body: twice what the fullest has, 40 records of some 20. Bounds memory, which bytes alone do
 * not.
 */
export const MAX_OVERLAY_ITEMS = 2048;
/** A user's message to a node or a topic. */
export const MAX_MESSAGE_BYTES = 4 * KIB;

// Records

/** A value of each kind of record, as BEP 44 allows about 1000 bytes, and a page of text for immutable ones. */
export const MAX_VALUE_BYTES = KIB;
export const MAX_MUTABLE_BYTES = KIB;
export const MAX_IMMUTABLE_BYTES = 4 * KIB;
/** Salt of a mutable record (BEP 44). */
export const MAX_SALT_BYTES = 64;
/** Name of a value or topic, in UTF-8. Only its hash travels. */
export const MAX_NAME_BYTES = 255;
/** Providers and subscribers in one answer. */
export const PROVIDERS_REPLY = 20;
export const TOPIC_REPLY = 12;
/** Records in one answer or `sync` message: twice the largest page, as a proof of equivocation is two records. */
export const MAX_RECORDS_PAGE = 40;
/** Opaque bytes that a holder hands out and gets back. */
export const MAX_TOKEN_BYTES = 64;
export const MAX_CURSOR_BYTES = 64;
/** A whole record question, answer or `sync` message: fits a frame beside header, path and framing. */
export const MAX_RECORD_BODY = 15 * KIB;
/** Longest life that a holder may name for a record that it passes on, in ms. */
export const MAX_RECORD_LIFE = 2 * 60 * 60 * 1000;
/** Anti-entropy: buckets of versions, length of a version's fingerprint, versions in one message. */
export const SYNC_BUCKETS = 256;
export const FINGERPRINT_BYTES = 16;
export const MAX_HELD_VERSIONS = 256;

// Signaling server

/** One WebSocket message, in UTF-8. */
export const SIGNALING_MAX_MESSAGE = 32 * KIB;
/** Node ids in one `welcome` or `peers`. */
export const SIGNALING_MAX_PEERS = 32;
/** ICE servers in `welcome`, the addresses of each, and the UTF-16 length of each text. */
export const MAX_ICE_SERVERS = 8;
export const MAX_ICE_URLS = 8;
export const MAX_ICE_TEXT = 512;

// CBOR

/** Nesting of arrays and maps; the deepest message of ours uses 5. */
export const MAX_CBOR_DEPTH = 8;

/** Further associations that a side may offer beside a link. */
export const MAX_LANES = 3;
