import * as z from 'zod';

// The content-security policy of a webview forbids making functions out of text, which zod would try. Imported first.
z.config({ jitless: true });
